"""Evidence that the drawn population is what it claims to be."""
