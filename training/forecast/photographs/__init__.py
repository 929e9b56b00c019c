"""What photographs add to the forecast from covariates."""
