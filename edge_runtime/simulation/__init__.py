"""Simulated visits: one eye's photograph changed as the progression model says, at its own size."""
