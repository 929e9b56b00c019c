"""Network bodies that more than one model stands on."""
