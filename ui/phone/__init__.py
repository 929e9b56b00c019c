"""The phone: a small static page, and the HTTP service behind it, beside the screen."""
