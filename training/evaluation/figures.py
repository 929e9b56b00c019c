"""The catalogue of all figures, in the order in which they are shown."""

from __future__ import annotations

from training.evaluation.anatomy_figures import ANATOMY
from training.evaluation.figure import Figure
from training.evaluation.findings_figures import FINDINGS
from training.evaluation.quality_figures import QUALITY

FIGURES: tuple[Figure, ...] = (*QUALITY, *ANATOMY, *FINDINGS)
