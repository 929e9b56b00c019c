"""Numbers measured on the masks of the anatomy, each with its unit or the reason it is missing."""

from edge_runtime.fundus.biomarkers.masks import AnatomyMasks
from edge_runtime.fundus.biomarkers.readings import UNIT_OF, biomarkers

__all__ = ["UNIT_OF", "AnatomyMasks", "biomarkers"]
