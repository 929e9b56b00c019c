"""Masks between the records and the painter, against values set by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from edge_runtime.wire.records_client import KeptPhotograph, KeptPicture
from tests.ui.fake_service import mask_png
from ui import painting
from ui.painting import NotPainted, corrected, in_a_page, last_of, model_mask, painted, sized


def read(png: bytes | None) -> np.ndarray:
    assert png is not None
    with Image.open(io.BytesIO(png)) as opened:
        assert opened.mode == "L"
        return np.asarray(opened)


def indices(*rows: list[int]) -> bytes:
    return mask_png(np.array(rows, np.uint8))


def a_picture(number: int, kind: str, by_person: bool) -> KeptPicture:
    return KeptPicture(f"{number:032x}", kind, "Li", by_person, "", number, 2, 2)


def test_the_models_picture_of_indices_holds_four_layers() -> None:
    vessels, disc = indices([0, 1], [2, 2]), indices([0, 1], [2, 1])

    assert read(model_mask("arteriole", vessels, (2, 2))).tolist() == [[0, 255], [0, 0]]
    assert read(model_mask("venule", vessels, (2, 2))).tolist() == [[0, 0], [255, 255]]
    assert read(model_mask("disc", disc, (2, 2))).tolist() == [[0, 255], [255, 255]]
    assert read(model_mask("cup", disc, (2, 2))).tolist() == [[0, 0], [255, 0]]


def test_a_mask_gets_the_photographs_size_and_stays_a_mask() -> None:
    assert read(sized(indices([0, 1]), (4, 2))).tolist() == [[0, 0, 255, 255]] * 2


def test_what_people_painted_stands_in_place_of_that_layer_alone() -> None:
    vessels, disc = indices([1, 1], [2, 0]), indices([1, 2], [1, 0])

    seen, cup = corrected(vessels, disc, {"arteriole": indices([0, 0], [0, 255])})

    assert read(seen).tolist() == [[0, 0], [2, 1]]
    assert cup == disc


def test_a_cup_that_was_painted_lies_over_the_models_disc() -> None:
    _, disc = corrected(None, indices([1, 2], [1, 0]), {"cup": indices([255, 0], [0, 0])})

    assert read(disc).tolist() == [[2, 1], [1, 0]]


def test_the_last_mask_of_a_person_counts_and_the_models_never() -> None:
    pictures = tuple(
        a_picture(number, kind, by_person)
        for number, (kind, by_person) in enumerate(
            [("cup", True), ("arteries_veins", False), ("cup", True), ("disc_cup", False)]
        )
    )
    photograph = KeptPhotograph("p" * 32, None, 1, "a.jpg", 0, "Li", pictures=pictures)

    assert last_of(photograph, "cup") == pictures[2]
    assert last_of(photograph, "disc") is None
    assert painting.model_picture(photograph, "cup") == pictures[3]
    assert painting.model_picture(photograph, "lesion_drusen") is None


def test_what_the_browser_sends_becomes_one_channel() -> None:
    drawn = np.zeros((2, 3, 4), np.uint8)
    drawn[..., 3] = 255
    drawn[1, 2, :3] = 255
    written = io.BytesIO()
    Image.fromarray(drawn).save(written, "PNG")

    said = {"png": in_a_page(written.getvalue()), "parent": "", "spent_s": 4}
    mask = painted("cup", said, (3, 2))

    assert read(mask.png).tolist() == [[0, 0, 0], [0, 0, 255]]
    assert (mask.layer, mask.parent_id, mask.spent_s) == ("cup", "", 4.0)


@pytest.mark.parametrize(
    ("layer", "changed"),
    [
        ("nose", {}),
        ("cup", {"png": 7}),
        ("cup", {"png": "data:image/svg+xml;base64,"}),
        ("cup", {"png": "data:image/png;base64,!"}),
        ("cup", {"png": in_a_page(b"no picture")}),
        ("cup", {"png": in_a_page(indices([0, 1]))}),
        ("cup", {"parent": None}),
        ("cup", {"spent_s": -1}),
        ("cup", {"spent_s": "long"}),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(layer: str, changed: dict[str, object]) -> None:
    said = {"png": in_a_page(indices([0, 1], [1, 0])), "parent": "", "spent_s": 0.0, **changed}

    with pytest.raises(NotPainted):
        painted(layer, said, (2, 2))


def test_what_is_no_layer_at_all_is_refused() -> None:
    with pytest.raises(NotPainted):
        painted("cup", None, (2, 2))
