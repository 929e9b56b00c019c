"""What is said of each defect: why the photograph is refused, who causes it, what helps."""

from __future__ import annotations

from typing import Final, Literal

Cause = Literal["operator", "eye"]
"""Who a defect comes from. Another photograph helps against the operator's, not the eye's."""

CAUSE: Final[dict[str, Cause]] = {
    "blur": "operator",
    "dark": "operator",
    "bright": "operator",
    "glare": "operator",
    "small_field": "operator",
    "clipped_field": "operator",
    "haze": "eye",
    "not_a_fundus": "operator",
}

ADVICE: Final = {
    "blur": "Refocus, ask the person to keep still, and take it again.",
    "dark": "Raise the flash or darken the room so that the pupil widens, and take it again.",
    "bright": "Lower the flash and take it again.",
    "glare": "Move the camera a little to lose the reflection, and take it again.",
    "small_field": "Move closer until the field fills the picture, and take it again.",
    "clipped_field": "Centre the pupil, lift the lid out of the way, and take it again.",
    "haze": "Clean the lens once. If it stays, the eye itself is clouded: "
    "widen the pupil or refer the person, more photographs will not help.",
    "not_a_fundus": "Point the camera at the inside of the eye and take a colour photograph.",
}

REASONS: Final = {
    "blur": "The photograph is too blurred to read.",
    "dark": "The photograph is too dark to read.",
    "bright": "The photograph is overexposed.",
    "glare": "Reflected light hides too much of the retina.",
    "small_field": "The field of view is too small to show vessels.",
    "clipped_field": "Too much of the field of view is cut off or covered.",
    "haze": "The retina is veiled: the eye's media look clouded.",
    "not_a_fundus": "This picture does not show the inside of an eye.",
}

NO_FIELD: Final = "No round field of an eye was found in this picture."
NO_COLOUR: Final = "This picture has no colour: only colour photographs of the retina can be read."
NO_SINGLE_CAUSE: Final = "Too little of the retina can be made out."
