"""The hospital's own formats: DICOM in and out, FHIR, the report on paper. Behind [interop]."""
