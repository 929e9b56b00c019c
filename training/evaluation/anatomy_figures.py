"""The figures of vessels, disc, cup, fovea and laterality."""

from __future__ import annotations

from training.evaluation.figure import (
    AS_BLANK,
    CHANCE,
    LEFT_OUT,
    Comparator,
    Figure,
    beside,
    constant,
    definition,
    mean_of,
)
from training.evaluation.sheet import Sheet
from training.evaluation.statistics import agreement


def _icc(sheet: Sheet) -> float:
    return agreement(sheet.column("cdr_vertical"), sheet.column("truth.cdr_vertical"))


def _most_common_eye(sheet: Sheet) -> float:
    share = float((sheet.column("truth.od") > 0.5).mean())
    return max(share, 1.0 - share)


ANATOMY = (
    Figure(
        "vessel_f1",
        "anatomy",
        definition(
            "Vessels, F1",
            "F1 (Dice) of the 8-bit vessel picture cut at 0.5, inside the set's official field "
            "mask, at the photograph's own size; the mean over photographs.",
            AS_BLANK + " (F1 0)",
        ),
        ("vessel_f1",),
        mean_of("vessel_f1"),
        (
            beside("every pixel called vessel", "vessel_f1.every_pixel"),
            beside("classical ridge filter, tuned on tuning people", "vessel_f1.filter"),
            beside("second human observer", "vessel_f1.second_observer", "peer"),
        ),
    ),
    Figure(
        "vessel_auc",
        "anatomy",
        definition(
            "Vessels, AUC",
            "Area under the ROC curve over the pixels of a photograph's official field, from the "
            "8-bit picture; the mean over photographs.",
            AS_BLANK + " (AUC 0.5)",
            scale=(0.5, 1.0),
        ),
        ("vessel_auc",),
        mean_of("vessel_auc"),
        (
            CHANCE,
            beside("classical ridge filter, tuned on tuning people", "vessel_auc.filter"),
        ),
    ),
    Figure(
        "artery_vein_accuracy",
        "anatomy",
        definition(
            "Arteriole against venule",
            "Balanced accuracy over pixels that are labelled arteriole or venule and that the "
            "output calls vessel; the mean over photographs. Read with the share so called.",
            AS_BLANK + " (0.5)",
            scale=(0.5, 1.0),
        ),
        ("artery_vein_accuracy",),
        mean_of("artery_vein_accuracy"),
        (
            CHANCE,
            beside("the brighter half called arteriole", "artery_vein_accuracy.brightness"),
        ),
    ),
    Figure(
        "artery_vein_share_judged",
        "anatomy",
        definition(
            "Labelled arteriole and venule pixels found",
            "Share of the labelled pixels that the output calls vessel, which is where arteriole "
            "against venule is judged.",
            AS_BLANK + " (0)",
        ),
        ("artery_vein_share_judged",),
        mean_of("artery_vein_share_judged"),
        (Comparator("every pixel called vessel", constant(1.0)),),
    ),
    Figure(
        "disc_dice",
        "anatomy",
        definition(
            "Disc, Dice",
            "Dice of the disc, cup included; in DRISHTI_GS the truth is where at least half of "
            "the four experts agree.",
            AS_BLANK + " (Dice 0)",
        ),
        ("disc_dice",),
        mean_of("disc_dice"),
        (beside("a usual disc at the field's centre", "disc_dice.guess"),),
    ),
    Figure(
        "cup_dice",
        "anatomy",
        definition(
            "Cup, Dice",
            "Dice of the cup; truth as for the disc.",
            AS_BLANK + " (Dice 0)",
        ),
        ("cup_dice",),
        mean_of("cup_dice"),
        (beside("a usual disc at the field's centre, all of it cup", "cup_dice.guess"),),
    ),
    Figure(
        "cdr_vertical_error",
        "anatomy",
        definition(
            "Vertical cup-to-disc ratio, mean absolute error",
            "Against the mean of the experts' own ratios (without experts: that of the masks' "
            "heights), where a ratio was measured. One expert against the mean of the others is "
            "the peer.",
            LEFT_OUT,
            better="lower",
            scale=(0.0, 0.3),
        ),
        ("cdr_vertical_error",),
        mean_of("cdr_vertical_error"),
        (
            beside("the mean ratio of tuning people for everybody", "cdr_vertical_error.usual"),
            beside("one expert against the others", "cdr_vertical_error.one_expert", "peer"),
        ),
        truth=("truth.cdr_vertical",),
    ),
    Figure(
        "cdr_vertical_agreement",
        "anatomy",
        definition(
            "Vertical cup-to-disc ratio, ICC(A,1)",
            "Intraclass correlation for absolute agreement with the experts' mean.",
            LEFT_OUT,
        ),
        ("cdr_vertical",),
        _icc,
        (Comparator("the same ratio for everybody", constant(0.0)),),
        truth=("truth.cdr_vertical",),
    ),
    Figure(
        "cdr_vertical_measured",
        "anatomy",
        definition(
            "Vertical cup-to-disc ratio measured at all",
            "Share of the photographs with a true ratio for which the output gives one.",
            "not measured",
        ),
        ("cdr_vertical_measured",),
        mean_of("cdr_vertical_measured"),
        (Comparator("a ratio for every photograph", constant(1.0)),),
        proportion=True,
    ),
    Figure(
        "fovea_error",
        "anatomy",
        definition(
            "Fovea, distance error",
            "Distance to the mark over the field's radius, where a fovea was found. The marks are "
            "the developers', not a clinician's.",
            LEFT_OUT,
            better="lower",
            scale=(0.0, 0.5),
        ),
        ("fovea_error",),
        mean_of("fovea_error"),
        (beside("the field's centre", "fovea_error.centre"),),
        truth=("fovea_error.centre",),
    ),
    Figure(
        "laterality_accuracy",
        "anatomy",
        definition(
            "Right or left eye told from the picture",
            "Share of the photographs with a known eye whose side is read rightly from the "
            "picture; saying nothing is wrong.",
            "wrong",
        ),
        ("laterality_right",),
        mean_of("laterality_right"),
        (Comparator("the more common eye for everybody", _most_common_eye),),
        proportion=True,
    ),
)
