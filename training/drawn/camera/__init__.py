"""How a drawn eye is photographed."""
