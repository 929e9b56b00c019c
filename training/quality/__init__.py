"""The quality gate's weights: a logistic over plain measurements, and the ramps of the defects."""
