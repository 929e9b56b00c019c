"""The DICOM classes and transfer syntaxes that photographs of the eye come in (PS3.4, PS3.5)."""

from __future__ import annotations

from typing import Final

OPHTHALMIC_8_BIT: Final = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
OPHTHALMIC_16_BIT: Final = "1.2.840.10008.5.1.4.1.1.77.1.5.2"
VL_PHOTOGRAPHIC: Final = "1.2.840.10008.5.1.4.1.1.77.1.4"
SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
TRUE_COLOUR_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7.4"
ENCAPSULATED_PDF: Final = "1.2.840.10008.5.1.4.1.1.104.1"

KIND_OF: Final = {
    OPHTHALMIC_8_BIT: "ophthalmic_8_bit",
    OPHTHALMIC_16_BIT: "ophthalmic_16_bit",
    VL_PHOTOGRAPHIC: "photographic",
    SECONDARY_CAPTURE: "secondary_capture",
    "1.2.840.10008.5.1.4.1.1.7.2": "secondary_capture",
    "1.2.840.10008.5.1.4.1.1.7.3": "secondary_capture",
    TRUE_COLOUR_CAPTURE: "secondary_capture",
}
"""Classes that may hold a photograph of the fundus; every other is refused."""

IMPLICIT_LITTLE: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
JPEG_BASELINE: Final = "1.2.840.10008.1.2.4.50"
JPEG_EXTENDED: Final = "1.2.840.10008.1.2.4.51"

NATIVE: Final = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE})
ENCAPSULATED_JPEG: Final = frozenset({JPEG_BASELINE, JPEG_EXTENDED})

NOT_READ: Final = {
    DEFLATED: "deflated, which may unpack to any size",
    "1.2.840.10008.1.2.2": "big endian, which was retired",
    "1.2.840.10008.1.2.5": "run-length coded",
    "1.2.840.10008.1.2.4.57": "lossless JPEG",
    "1.2.840.10008.1.2.4.70": "lossless JPEG",
    "1.2.840.10008.1.2.4.80": "JPEG-LS",
    "1.2.840.10008.1.2.4.81": "JPEG-LS",
    "1.2.840.10008.1.2.4.90": "JPEG 2000",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
}
"""Transfer syntaxes by name, to say why a file is refused."""
