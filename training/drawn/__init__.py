"""Drawn eyes: colour fundus photographs, with their ground truth, that the project makes itself."""
