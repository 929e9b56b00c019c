"""Forecasts judged by what came: events alone, as somebody sees it who has outcomes."""
