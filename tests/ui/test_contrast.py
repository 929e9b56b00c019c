"""What outlines a control stands out from its ground, and words from theirs, in light and dark.

WCAG 2.2: 3 to 1 for a control's outline and for what draws it (1.4.11), 4.5 to 1 for words (1.4.3).
Which colours outline controls is read from the stylesheets, so that a new one is measured too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ui.driving import ROOT
from ui.launch import CLINIC_OPTIONS

CLINIC = ROOT / "ui" / "static" / "clinic.css"
PAINTER = ROOT / "ui" / "static" / "painting.css"
PHONE = ROOT / "ui" / "phone" / "page" / "app.css"
SHEETS = {"clinic": (CLINIC, PAINTER), "phone": (PHONE,)}
"""Sheets that share the colours of the first."""

SCHEMES = ("light", "dark")
OUTLINE, WORDS = 3.0, 4.5
GROUND = re.compile(r"paper|ground|(good|warn|bad|note)-(g|ground)")
TONES = ("good", "warn", "bad", "note")
IS_CONTROL = re.compile(r"button|input|select|Dropzone|\.fs-zoom|:focus")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
DRAWN_ROUND = re.compile(r"(?:border|outline)[a-z-]*:[^;]*var\(--([\w-]+)\)")


def luminance(colour: str) -> float:
    """The relative luminance of #rgb or #rrggbb, 0 black to 1 white."""
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    told = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in told)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colours_of(sheet: Path, scheme: str) -> dict[str, str]:
    """The colours that a sheet names at its root, by name."""
    text = sheet.read_text()
    dark_at = text.index("prefers-color-scheme: dark")
    part = text[:dark_at] if scheme == "light" else text[dark_at:]
    _, body = re.split(r":root\s*\{", part, maxsplit=1)
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,6})\b", body.split("}")[0]))


def outlines_of(sheet: Path) -> set[str]:
    """The names of all colours with which a sheet outlines a control that can be used."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    return {
        name
        for selector, body in RULE.findall(text)
        if IS_CONTROL.search(selector) or "cursor: pointer" in body
        if ":disabled" not in selector
        for name in DRAWN_ROUND.findall(body)
    }


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#fff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_the_measure_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("page", SHEETS)
def test_what_outlines_a_control_stands_out_from_every_ground(page: str, scheme: str) -> None:
    colours = colours_of(SHEETS[page][0], scheme)
    outlines = set().union(*(outlines_of(sheet) for sheet in SHEETS[page]))
    grounds = {name: colour for name, colour in colours.items() if GROUND.fullmatch(name)}

    assert {"edge", "brand", "note"} <= outlines
    assert len(grounds) >= 5
    faint = {
        f"{name} on {ground}": round(contrast(colours[name], grounds[ground]), 2)
        for name in outlines
        for ground in grounds
        if contrast(colours[name], grounds[ground]) < OUTLINE
    }
    assert faint == {}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("page", SHEETS)
def test_words_can_be_read_on_their_grounds(page: str, scheme: str) -> None:
    colours = colours_of(SHEETS[page][0], scheme)
    soft = "ink-soft" if page == "clinic" else "soft"
    suffix, on = ("-ground", "on-brand") if page == "clinic" else ("-g", "on")
    grounds = [name for name in colours if GROUND.fullmatch(name)]
    pairs = [(word, ground) for word in ("ink", soft) for ground in grounds]
    pairs += [
        (tone, own)
        for tone in TONES
        for own in ("paper", "ground", tone + suffix)
        if own in colours
    ]
    pairs += [(on, "brand")]

    faint = {
        f"{word} on {ground}": round(contrast(colours[word], colours[ground]), 2)
        for word, ground in pairs
        if contrast(colours[word], colours[ground]) < WORDS
    }
    assert faint == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_bar_and_its_switch_and_a_track_stand_out(scheme: str) -> None:
    colours = colours_of(CLINIC, scheme)
    (switch,) = re.findall(
        r"\.st-key-language \[[^{]*\{[^}]*border-color: (#[0-9a-f]{6})", CLINIC.read_text()
    )

    assert contrast("#ffffff", colours["bar-ground"]) >= WORDS
    assert contrast(switch, colours["bar-ground"]) >= OUTLINE
    assert contrast(colours["track-full"], colours["track"]) >= OUTLINE


@pytest.mark.parametrize("scheme", SCHEMES)
def test_streamlits_own_controls_and_the_phones_have_the_same_colours(scheme: str) -> None:
    ours, phones = colours_of(CLINIC, scheme), colours_of(PHONE, scheme)
    told = {
        "borderColor": "edge",
        "primaryColor": "brand",
        "backgroundColor": "ground",
        "secondaryBackgroundColor": "paper",
        "textColor": "ink",
    }

    for option, name in told.items():
        assert CLINIC_OPTIONS[f"theme.{scheme}.{option}"] == ours[name]
    for name in ("edge", "brand", "ground", "ink"):
        assert phones[name] == ours[name]
