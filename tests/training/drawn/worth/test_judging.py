"""Figures of one photograph, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.fundus.preprocess import NetworkFrame
from training.anatomy.eyes import LabelledEye
from training.drawn.worth.baselines import mean_place
from training.drawn.worth.judging import best_cuts, field_figures, largest_part


def an_eye(label_HW: list[list[int]]) -> LabelledEye:
    label_KHW = np.array([label_HW], np.uint8)
    shape = label_KHW.shape[1:]
    return LabelledEye(
        "a",
        "drawn",
        "1",
        NetworkFrame(0.0, 0.0, float(shape[0]), shape[0]),
        np.full((*shape, 3), 9, np.uint8),
        label_KHW,
        np.full_like(label_KHW, 255),
    )


def test_f1_and_area_of_five_pixels_by_hand():
    picture_HW = np.array([[200, 150, 90, 10, 255]], np.uint8)
    truth_HW = np.array([[True, False, True, False, True]])
    field_HW = np.array([[True, True, True, True, False]])

    figures = field_figures("vessel", picture_HW, truth_HW, field_HW, cut=100)

    # In the field: 1 hit, 1 false alarm, 1 missed; F1 = 2 / (2 + 1 + 1). Of the four pairs of a
    # vessel and another pixel, (90, 150) alone is the wrong way round.
    assert figures == {"vessel_f1": pytest.approx(0.5), "vessel_auc": pytest.approx(0.75)}


def test_the_best_cut_is_the_one_that_tuning_eyes_ask_for():
    eye = an_eye([[255, 255], [0, 0]])
    said_KHW = np.array([[[180, 120], [110, 5]]], np.uint8)

    cuts = best_cuts(lambda _: said_KHW, [eye], ["vessel"])

    assert 110 < cuts["vessel"] <= 120


def test_a_cut_never_takes_everything():
    eye = an_eye([[255, 255], [255, 255]])

    assert best_cuts(lambda _: np.zeros((1, 2, 2), np.uint8), [eye], ["disc"])["disc"] >= 1


def test_only_the_largest_part_is_the_disc():
    mask_HW = np.zeros((10, 10), bool)
    mask_HW[1:3, 1:3] = True
    mask_HW[5:9, 5:9] = True

    assert largest_part(mask_HW).sum() == 16
    assert not largest_part(np.zeros((10, 10), bool)).any()


def test_the_mean_place_is_the_share_of_eyes_that_had_it_there():
    say = mean_place([an_eye([[255, 0], [0, 0]]), an_eye([[255, 255], [0, 0]])])

    said_KHW = say(an_eye([[0, 0], [0, 255]]))

    assert said_KHW[0].tolist() == [[255, 128], [0, 0]]
