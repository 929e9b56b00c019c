"""Reads the eye from pixels: intake, field of view, the one preprocessing, biomarkers."""
