"""The report on paper: a page for the person, a page for the doctor, in English or Chinese."""
