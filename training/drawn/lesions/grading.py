"""The grade that drawn lesions show, counted as a grader counts them.

International Clinical Diabetic Retinopathy scale: Wilkinson et al. 2003, Ophthalmology 110:1677.
One field stands for the seven of ETDRS; its quadrants meet at the fovea. Macular oedema has a scale
of its own in the same paper, so exudates of oedema do not count here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.drawn.anatomy import Anatomy
from training.drawn.lesions.lesion import Cause, Lesion, LesionKind
from training.drawn.lesions.places import quadrant_of, seen
from training.drawn.lesions.table import MACULA_RADIUS

PROLIFERATIVE = (LesionKind.NEW_VESSEL, LesionKind.PRERETINAL)
BLOOD_IN_RETINA = (LesionKind.BLOT, LesionKind.FLAME)
HAEMORRHAGES_IN_EACH_QUADRANT, BEADED_QUADRANTS = 20, 2


def icdr_grade(lesions: Sequence[Lesion], anatomy: Anatomy) -> int:
    """Return grade 0 to 4 of the diabetic lesions that a standard photograph shows."""
    shown = [
        lesion
        for lesion in lesions
        if lesion.cause is Cause.RETINOPATHY and seen(np.array(lesion.xy), anatomy)
    ]
    kinds = {lesion.kind for lesion in shown}
    if kinds & set(PROLIFERATIVE):
        return 4
    if _severe(shown, anatomy):
        return 3
    if kinds - {LesionKind.MICROANEURYSM}:
        return 2
    return 1 if kinds else 0


def _severe(shown: list[Lesion], anatomy: Anatomy) -> bool:
    """Whether the 4-2-1 rule holds."""
    blood = quadrants([x for x in shown if x.kind in BLOOD_IN_RETINA], anatomy)
    beading = quadrants([x for x in shown if x.kind is LesionKind.VENOUS_BEADING], anatomy)
    return (
        min(blood) > HAEMORRHAGES_IN_EACH_QUADRANT
        or sum(count > 0 for count in beading) >= BEADED_QUADRANTS
        or any(lesion.kind is LesionKind.IRMA for lesion in shown)
    )


def quadrants(lesions: Sequence[Lesion], anatomy: Anatomy) -> list[int]:
    """Return how many lesions lie in each of the four quadrants about the fovea."""
    if not lesions:
        return [0, 0, 0, 0]
    which = quadrant_of(np.array([lesion.xy for lesion in lesions]), anatomy)
    return [int((which == quadrant).sum()) for quadrant in range(4)]


def has_maculopathy(lesions: Sequence[Lesion], anatomy: Anatomy) -> bool:
    """Whether diabetic exudates lie within one disc diameter of the fovea."""
    return any(
        lesion.kind is LesionKind.HARD_EXUDATE
        and lesion.cause in (Cause.RETINOPATHY, Cause.OEDEMA)
        and np.hypot(lesion.xy[0] - anatomy.fovea[0], lesion.xy[1] - anatomy.fovea[1])
        < MACULA_RADIUS
        for lesion in lesions
    )
