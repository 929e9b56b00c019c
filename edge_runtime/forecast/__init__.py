"""Forecasts: hazards to cumulative incidence, who is at risk, and the steps of exam.json."""
