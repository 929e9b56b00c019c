"""`summary.html`: the end of a batch on one page, without scripts and without anything fetched."""
