"""Opens and verifies a signed model bundle."""
