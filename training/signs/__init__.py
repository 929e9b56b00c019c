"""Signs: what one photograph shows of what forecasts know, taught by the truth of drawn eyes."""
