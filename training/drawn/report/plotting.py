"""What the report's plots share: figures of several panels as SVG, sexes and names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from training.evaluation.plot_drawing import BLUE, ORANGE, STYLE, svg_text

COLOUR_OF_SEX = {"F": ORANGE, "M": BLUE}
NAME_OF_SEX = {"F": "women", "M": "men"}
COLUMNS = 4
PANEL_INCH = (2.75, 2.35)
WORDS = {
    "ischaemic_cvd": "ischaemic CVD",
    "type_2_diabetes": "type 2 diabetes",
    "dr_progression": "DR progression",
    "late_amd": "late AMD",
    "parkinson": "Parkinson's disease",
    "age_years": "age",
    "sbp_mmhg": "systolic pressure",
    "hba1c_percent": "HbA1c",
    "egfr_ml_min_1_73m2": "eGFR",
    "log10_acr_mg_g": "albuminuria, log",
    "bmi_kg_m2": "body mass index",
    "total_cholesterol_mmol_l": "total cholesterol",
    "hdl_cholesterol_mmol_l": "HDL cholesterol",
    "iop_mmhg": "intra-ocular pressure",
    "smoking_current": "current smoking",
    "crae_mean_um": "CRAE",
    "crve_mean_um": "CRVE",
    "cdr_vertical_worst": "vertical cup-to-disc ratio",
    "dr_severity_worst": "DR severity",
    "log_drusen_worst": "drusen area, log",
    "spherical_equivalent_worst_d": "spherical equivalent",
    "atrophy_worst_dd": "peripapillary atrophy",
    "nerve_fibre_loss_mean": "nerve fibre loss",
    "nicking_present": "arteriovenous nicking",
    "disc_haemorrhage_memory": "disc haemorrhage, remembered",
    "glaucoma_manifest": "manifest glaucoma",
    "neurodegeneration_z": "neurodegeneration",
}
"""States and conditions whose names do not read well as they are."""


@dataclass
class Drawing:
    """A figure that is being drawn; `svg` holds it once its block has ended."""

    figure: Figure
    panels: list[Axes]
    svg: str = field(default="")


@contextmanager
def drawing(
    name: str, panels: int = 1, size: tuple[float, float] | None = None
) -> Iterator[Drawing]:
    """Yield a figure of so many panels, four in a row, or of one panel of a size in inches."""
    columns = min(panels, COLUMNS)
    rows = -(-panels // columns)
    inches = size or (PANEL_INCH[0] * columns, PANEL_INCH[1] * rows)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=inches, layout="constrained")
        axes = np.atleast_1d(figure.subplots(rows, columns)).ravel().tolist()
        for spare in axes[panels:]:
            spare.set_axis_off()
        made = Drawing(figure, axes[:panels])
        yield made
        made.svg = svg_text(figure, name)


def in_words(name: str) -> str:
    """Return a name of a table as it is shown."""
    return WORDS.get(name, name.replace("_", " "))


def plain_log_axis(axis: Axis) -> None:
    """Label a logarithmic axis with plain numbers, three a decade where they have room."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=12))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def ages(low: float, high: float) -> str:
    """Return an age band as it is shown."""
    return f"{low:.0f} to {high:.0f}"


def wide(svg: str) -> str:
    """Return a plot as wide as the page."""
    return f'<div class="wide">{svg}</div>'
