"""Trees of retinal vessels: grown once for an eye, then aged."""
