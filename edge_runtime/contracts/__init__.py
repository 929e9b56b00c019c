"""The JSON and table contracts as pydantic models, with their published JSON Schemas."""
