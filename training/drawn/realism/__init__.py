"""How well drawn eyes are told from real ones, and by what."""
