from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.domain import BoolArray
from training.cohort.mask_file import read_mask
from training.drawn.cohort.mask_picture import MaskPicture, either, mask_pictures


def read(pictures: list[MaskPicture], folder: Path) -> dict[str, BoolArray]:
    masks = {}
    for number, picture in enumerate(pictures):
        path = folder / f"{number}.png"
        path.write_bytes(picture.content)
        masks |= {name: read_mask(f"{path}{s}") for name, s in picture.selectors.items()}
    return masks


def test_overlapping_masks_come_back_from_one_picture_exactly(tmp_path: Path) -> None:
    arteriole, venule, drusen = np.zeros((3, 4, 5), bool)
    arteriole[1], venule[:, 2] = True, True
    masks = {"arteriole": arteriole, "venule": venule, "lesion_drusen": drusen}

    (picture,) = mask_pictures(masks)

    assert picture.selectors == {
        "arteriole": "#1,3",
        "venule": "#2,3",
        "lesion_drusen": "#>=256",
    }
    found = read([picture], tmp_path)
    assert all((found[name] == mask).all() for name, mask in masks.items())
    vessel = read_mask(f"{tmp_path / '0.png'}{either(picture.selectors, 'arteriole', 'venule')}")
    assert (vessel == (arteriole | venule)).all()


def test_the_union_of_empty_masks_is_empty() -> None:
    (picture,) = mask_pictures({name: np.zeros((2, 2), bool) for name in ("arteriole", "venule")})

    assert either(picture.selectors, "arteriole", "venule") == "#>=256"


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.integers(0, 2**32 - 1), st.floats(0.0, 1.0))
def test_any_masks_come_back_exactly_in_as_many_pictures_as_they_need(
    tmp_path_factory, number: int, seed: int, share: float
) -> None:
    noise = np.random.default_rng(seed).random((number, 40, 40))
    masks = {f"m{place}": mask for place, mask in enumerate(noise < share)}

    found = read(mask_pictures(masks), tmp_path_factory.mktemp("masks"))

    assert list(found) == list(masks)
    assert all((found[name] == mask).all() for name, mask in masks.items())
