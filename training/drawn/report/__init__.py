"""The report on a drawn cohort: evidence for and against it on one page."""
