"""DICOM: photographs out of its files, results into its objects."""
