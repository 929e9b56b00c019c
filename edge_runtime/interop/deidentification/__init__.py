"""Photographs and DICOM files without anything that says whose they are."""
