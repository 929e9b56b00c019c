"""Findings: the grade of diabetic retinopathy and maculopathy from one photograph."""
