"""Takes DICOM photographs from cameras and archives by C-STORE into a folder that `batch` reads."""
