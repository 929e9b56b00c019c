"""Drawn cohorts: photographs, masks, tables and truth on disk."""
