"""Judges bundles on people that they did not learn from, and shows what came of it."""
