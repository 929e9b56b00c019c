"""The clinic's accounts (OpenID Connect) as a way in beside name and PIN; decision 0025."""
