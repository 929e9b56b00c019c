"""Where a photograph came from, when its file says so: the object of a hospital's archive."""

from __future__ import annotations

from edge_runtime.contracts.strict import Strict


class Origin(Strict):
    """What a DICOM file says of the picture inside it, beyond the pixels.

    UIDs are None where the patient policy drops them, and device and time where the file is
    silent.
    """

    kind: str
    """ophthalmic_8_bit, ophthalmic_16_bit, photographic or secondary_capture."""
    manufacturer: str | None = None
    model: str | None = None
    acquired_at: str | None = None
    """ISO 8601, as the device's clock had it; with an offset only where the file gives one."""
    sop_class_uid: str | None = None
    sop_instance_uid: str | None = None
    study_instance_uid: str | None = None
    series_instance_uid: str | None = None
    frame: int | None = None
    """Number of the picture in a file of many, from 1; None for a file of one."""
