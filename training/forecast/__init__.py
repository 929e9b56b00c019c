"""Forecasts: learned from events alone, judged against the oracle of drawn people."""
