"""foreseye's ground floor: everything that runs beside the camera, and never torch."""

__version__ = "0.1.0"
