"""What may be wrong with a box, and what to do about it, in plain words."""
