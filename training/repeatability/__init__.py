"""How far a biomarker of one eye scatters, and so how much of a change is a change."""
