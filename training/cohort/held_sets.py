"""The sets that users hold, by the name that the command line takes."""

from __future__ import annotations

from training.cohort.aptos import APTOS2019
from training.cohort.brset import BRSET, MBRSET
from training.cohort.eyepacs import EYEPACS, EYEQ
from training.cohort.held_set import HeldSet
from training.cohort.idrid import IDRID
from training.cohort.messidor2 import MESSIDOR2
from training.cohort.odir import ODIR5K
from training.cohort.refuge import REFUGE
from training.cohort.rfmid import RFMID

HELD_SETS: dict[str, HeldSet] = {
    "eyepacs": EYEPACS,
    "eyeq": EYEQ,
    "aptos2019": APTOS2019,
    "messidor2": MESSIDOR2,
    "idrid": IDRID,
    "odir5k": ODIR5K,
    "brset": BRSET,
    "mbrset": MBRSET,
    "rfmid": RFMID,
    "refuge": REFUGE,
}
"""EyeQ is the part of EyePACS whose quality is labelled."""
