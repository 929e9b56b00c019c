"""Adapters from public sets of photographs to the cohort manifest."""
