"""Screens many exams, one row each, resumable."""
