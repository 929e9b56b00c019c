"""How a manifest's mask columns name values inside a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.contracts.mask_reference import MaskReference, mask_reference


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("a/b.png", MaskReference("a/b.png")),
        ("a/b.png#1", MaskReference("a/b.png", values=frozenset({1}))),
        ("a/b.png#1,3", MaskReference("a/b.png", values=frozenset({1, 3}))),
        ("a/b.png#>=128", MaskReference("a/b.png", at_least=128)),
        ("eye #2.png#1", MaskReference("eye #2.png", values=frozenset({1}))),
    ],
)
def test_a_selector_follows_the_last_hash(text: str, reference: MaskReference) -> None:
    assert mask_reference(text) == reference


@pytest.mark.parametrize("text", ["eye #2.png", "a.png#", "a.png#>1", "a.png#1,", "a.png#-1", "#1"])
def test_what_is_no_selector_belongs_to_the_name(text: str) -> None:
    assert mask_reference(text) == MaskReference(text)


@given(st.sets(st.integers(0, 255), min_size=1))
def test_any_values_can_be_named(values: set[int]) -> None:
    text = "a.png#" + ",".join(map(str, values))

    assert mask_reference(text) == MaskReference("a.png", values=frozenset(values))
