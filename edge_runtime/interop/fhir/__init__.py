"""FHIR R4B: one exam as one bundle of resources, restricted to what R4 also has."""
