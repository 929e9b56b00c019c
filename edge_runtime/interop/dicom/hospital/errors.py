"""What the hospital's systems refuse: the branch HospitalError of `edge_runtime/errors.py`.

HospitalError
|-- HospitalUnreachable    nobody answers, or not as whom it should be
|-- HospitalUnacquainted   it does not know this machine: credentials, title, certificate
|-- HospitalRefused        it does not want this object or this question
|-- HospitalUnclear        its answer is none that its protocol knows
|-- NotSendable            a file is no DICOM object that can be sent
|-- NotArchived            the archive took an object and does not list it
`-- NotCommitted           the archive does not take over the care for an object
"""

from __future__ import annotations

from edge_runtime.errors import ForeseyeError


class HospitalError(ForeseyeError):
    """A system of the hospital's could not be used."""

    public_message = "The hospital's system could not be used."


class HospitalUnreachable(HospitalError):
    """Nobody answers at the address, or not as whom it should be, or not in time."""

    public_message = "The hospital's system cannot be reached."


class HospitalUnacquainted(HospitalError):
    """The hospital's system knows neither our credentials, title nor certificate."""

    public_message = "The hospital's system does not know this machine."


class HospitalRefused(HospitalError):
    """The hospital's system does not want this object or this question."""

    public_message = "The hospital's system refused this."


class HospitalUnclear(HospitalError):
    """The hospital's system answered what its protocol does not know."""

    public_message = "The hospital's system gave an answer that cannot be understood."


class NotSendable(HospitalError):
    """A file is no DICOM object that can be sent."""

    public_message = "This file is no DICOM object that can be sent."


class NotArchived(HospitalError):
    """The archive took an object, and does not list it when asked."""

    public_message = "The archive took this object but does not list it. Please send it again."


class NotCommitted(HospitalError):
    """The archive does not say that it takes over the care for an object."""

    public_message = "The archive did not commit itself to keeping this object. Please keep it."
