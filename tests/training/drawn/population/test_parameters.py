"""The file of parameters is read strictly, and its errors say where to look."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from training.drawn.population.baselines import cited_knots, read_baselines, write_table
from training.drawn.population.parameters import (
    CONDITIONS,
    REFERENCE,
    ParameterError,
    Parameters,
    read_parameters,
)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = REFERENCE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "population.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_reference_population_has_all_ten_conditions(reference: Parameters) -> None:
    assert [reference.cause(name).definition for name in CONDITIONS]
    assert len(CONDITIONS) == 10


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("sd_people = 12.5", "sd_peeple = 12.5", "states.sbp_mmhg.sd_people"),
        ("men_share = 0.49\n", "men_share = 0.49\nshoe_size = 43.0\n", "demography.shoe_size"),
        ("men_share = 0.49\n", "", "demography.men_share"),
        ("young_share = 0.10", "young_share = 1.5", "demography.young_share"),
        ("women = [0.5, 1.2,", "women = [1.2,", "conditions.stroke.incidence"),
        ("hazard_ratio = 1.35", "hazard_ratio = -1.0", "conditions.ischaemic_cvd.effects.0"),
        ("published_per = 14.6\n", "", "conditions.ischaemic_cvd.effects"),
    ],
)
def test_a_slip_is_refused_with_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(ParameterError, match=rf"population\.toml: {key}"):
        read_parameters(path)


def test_no_table_is_without_its_source(tmp_path: Path) -> None:
    path = changed(tmp_path, 'source = "assumed, about the repeatability', "#")
    with pytest.raises(ParameterError, match=r"measured\.source"):
        read_parameters(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="nowhere"):
        read_parameters(tmp_path / "nowhere.toml")


def test_a_reference_that_no_state_has_is_refused(reference: Parameters) -> None:
    from training.drawn.population.born import correlation_factor

    wrong = reference.correlations.model_copy(update={"pairs": (("sbp_mmhg", "luck", 0.5),)})
    with pytest.raises(ParameterError, match="luck"):
        correlation_factor(reference.model_copy(update={"correlations": wrong}))


def test_baselines_of_other_parameters_are_refused(tmp_path: Path, reference: Parameters) -> None:
    table = tmp_path / "baselines.csv"
    write_table(table, reference, cited_knots(reference))
    other = reference.model_copy(update={"digest": "0" * 64})
    assert read_baselines(reference, table).log_hazard["stroke"].shape == (2, 500)
    with pytest.raises(ParameterError, match="made for other parameters"):
        read_baselines(other, table)


def test_a_table_is_read_as_it_was_written(tmp_path: Path, reference: Parameters) -> None:
    knots = cited_knots(reference)
    table = tmp_path / "baselines.csv"
    write_table(table, reference, knots)
    read = read_baselines(reference, table)
    middle = round(45.0 * 4)
    assert np.exp(read.log_hazard["stroke"][1, middle]) == pytest.approx(0.0007, rel=0.02)


def test_the_committed_table_belongs_to_the_reference_population(reference: Parameters) -> None:
    read_baselines(reference)


def test_every_source_says_whether_it_was_read_is_unconfirmed_or_assumed() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    sources = re.findall(r'^source = "(.*)"$', text, re.MULTILINE)
    marks = re.compile(r"\bread\b|memory, not confirmed|assumed|switch")

    assert len(sources) > 100
    assert [source for source in sources if not marks.search(source)] == []
    assert [s for s in sources if "memory" in s.replace("memory, not confirmed", "")] == []
