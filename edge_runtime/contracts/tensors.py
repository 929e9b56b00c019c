"""Names and layouts of every model's tensors: what export writes and the runtime reads.

Legend: N photographs, H rows, W columns, C = 3 colours (RGB), K channels or classes,
D covariates (signs of the eye after them, where a forecast knows them), T yearly intervals,
S signs, B values of the body. Pictures go in as uint8, raw: the
arithmetic (scale, mean, deviation) is inside each graph, so no constant exists twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Dtype = Literal["uint8", "float32"]
Axis = int | str
"""A fixed length, or the name of an axis that may vary."""


@dataclass(frozen=True)
class TensorLayout:
    """One tensor: its name, element type and axes."""

    name: str
    dtype: Dtype
    axes: tuple[str, ...]
    """One letter of the legend each."""


@dataclass(frozen=True)
class ModelLayout:
    """A model's inputs and outputs, in order."""

    inputs: tuple[TensorLayout, ...]
    outputs: tuple[TensorLayout, ...]


IMAGE = TensorLayout("image_NHWC", "uint8", ("N", "H", "W", "C"))

ANATOMY_CHANNELS = ("vessel", "arteriole", "venule", "disc", "cup")
"""Channels of the anatomy model's output, in order; a later model may append, never reorder."""

DISC_CHANNELS = ("disc", "cup")
"""Channels of the disc model's output, in order; they take the place of the anatomy model's."""

DR_GRADE_LABELS = ("dr_grade_0", "dr_grade_1", "dr_grade_2", "dr_grade_3", "dr_grade_4")
"""Labels of `dr_grade_NK`, in order: the International Clinical DR scale."""

CONDITION_LABELS = ("maculopathy", "glaucoma_suspicion")
"""Conditions that `condition_NK` may hold; the labels of a findings model are those of its grades,
then one for each channel of `condition_NK`, in order."""

CHANGE_CHANNELS = {
    "shift": ("shift_x", "shift_y"),
    "log_gain": ("log_gain_red", "log_gain_green", "log_gain_blue"),
    "added": ("added_red", "added_green", "added_blue"),
}
"""Channels of `change_NKHW`, in order: from how many network pixels to the right and below a place
takes its colour, the logarithm of what it is multiplied by, and the grey levels (of 255) added."""

NOISE_SHAPE = (16, 8, 8)
"""Of `noise_NKHW` for one sample: standard normal deviates."""

REFERABLE = "referable"
"""Name of the threshold on the sum of grades 2, 3 and 4."""

REFERABLE_FROM = 2
"""The lowest grade that is referred."""

LAYOUTS: dict[str, ModelLayout] = {
    # Probability of each structure at each pixel of the network image.
    "anatomy": ModelLayout(
        (IMAGE,), (TensorLayout("probability_NKHW", "float32", ("N", "K", "H", "W")),)
    ),
    # Probability of disc and cup at each pixel of a crop around the disc.
    "disc": ModelLayout(
        (IMAGE,), (TensorLayout("probability_NKHW", "float32", ("N", "K", "H", "W")),)
    ),
    # Probability of gradable, then of each defect.
    "quality": ModelLayout((IMAGE,), (TensorLayout("probability_NK", "float32", ("N", "K")),)),
    # Probabilities of DR grades 0 to 4, and of each other finding.
    "findings": ModelLayout(
        (IMAGE,),
        (
            TensorLayout("dr_grade_NK", "float32", ("N", "K")),
            TensorLayout("condition_NK", "float32", ("N", "K")),
        ),
    ),
    # Signs that forecasts know and values of the body (log deviations beside them), in the units of
    # edge_runtime/forecast/signs.py; where each sign was looked for, summing to 1 over the picture;
    # and how far from all photographs that were learned from, 1 of an ordinary one.
    "signs": ModelLayout(
        (IMAGE,),
        (
            TensorLayout("sign_NS", "float32", ("N", "S")),
            TensorLayout("body_NB", "float32", ("N", "B")),
            TensorLayout("body_deviation_NB", "float32", ("N", "B")),
            TensorLayout("attention_NSHW", "float32", ("N", "S", "H", "W")),
            TensorLayout("strangeness_N", "float32", ("N",)),
        ),
    ),
    # Yearly cause-specific hazards of event and of death first, for each condition, and how far
    # below and above lie the ends of a 90 % interval, on the scale log(-log(1 - incidence)).
    "forecast": ModelLayout(
        (
            TensorLayout("covariate_ND", "float32", ("N", "D")),
            TensorLayout("known_ND", "float32", ("N", "D")),
        ),
        (
            TensorLayout("hazard_NKT", "float32", ("N", "K", "T")),
            TensorLayout("death_hazard_NKT", "float32", ("N", "K", "T")),
            TensorLayout("below_NKT", "float32", ("N", "K", "T")),
            TensorLayout("above_NKT", "float32", ("N", "K", "T")),
        ),
    ),
    # One evaluation a sample; noise is an input, so samples differ and repeat by seed. Covariates
    # are those of the forecast, known_ND 1 where known.
    "progression": ModelLayout(
        (
            IMAGE,
            TensorLayout("noise_NKHW", "float32", ("N", "K", "H", "W")),
            TensorLayout("horizon_years_N", "float32", ("N",)),
            TensorLayout("covariate_ND", "float32", ("N", "D")),
            TensorLayout("known_ND", "float32", ("N", "D")),
        ),
        (TensorLayout("change_NKHW", "float32", ("N", "K", "H", "W")),),
    ),
}
