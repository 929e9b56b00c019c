"""The record of an evaluation and its page, as files."""

from __future__ import annotations

from pathlib import Path

from edge_runtime.contracts.evaluation import EVALUATION_FILE, Evaluation
from edge_runtime.durable import write_whole
from training.evaluation.evaluating import PAGE_FILE
from training.evaluation.page import evaluation_page


def write_evaluation(folder: Path, evaluation: Evaluation) -> Path:
    """Write evaluation.json and its page, each whole or not at all; return the first."""
    write_whole(folder / PAGE_FILE, evaluation_page(evaluation))
    path = folder / EVALUATION_FILE
    write_whole(path, evaluation.to_json() + "\n")
    return path
