"""The rules of PDF/A that the tests read are broken one by one, and each is then named."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from edge_runtime.interop.report.exam_report import exam_report
from edge_runtime.interop.report.wording import Language
from tests.edge_runtime.interop.report.archive_rules import violations
from tests.edge_runtime.interop.sample_exam import sample_exam

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return exam_report(sample_exam(tmp_path_factory.mktemp("screened")), Language.CHINESE)


def font(pdf: pikepdf.Pdf) -> Any:
    return pdf.pages[0].Resources.Font["/F1"]


def no_output_intent(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def a_profile_of_ink(pdf: pikepdf.Pdf) -> None:
    profile = pdf.Root.OutputIntents[0].DestOutputProfile
    profile.write(profile.read_bytes().replace(b"RGB ", b"CMYK", 1))


def no_metadata(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def another_level(pdf: pikepdf.Pdf) -> None:
    metadata = pdf.Root.Metadata
    metadata.write(metadata.read_bytes().replace(b">U<", b">B<"))


def no_font(pdf: pikepdf.Pdf) -> None:
    del font(pdf).DescendantFonts[0].FontDescriptor.FontFile3


def wider_letters(pdf: pikepdf.Pdf) -> None:
    below = font(pdf).DescendantFonts[0]
    del below.W
    below.DW = 777


def no_letters(pdf: pikepdf.Pdf) -> None:
    del font(pdf).ToUnicode


def a_glyph_that_is_not_there(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"BT /F1 9 Tf (\\377\\360) Tj ET")


def ink_on_the_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"0 0 0 1 k")


def smoothed_pictures(pdf: pikepdf.Pdf) -> None:
    for image in pdf.pages[0].Resources.XObject.values():
        image.Interpolate = True


def a_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def an_old_filter(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata.Filter = pikepdf.Name.LZWDecode


def an_attachment_of_nothing(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF = pikepdf.Array()


@pytest.mark.parametrize(
    ("breaks", "clause"),
    [
        (no_output_intent, "6.2.3"),
        (a_profile_of_ink, "6.2.3"),
        (no_metadata, "6.6.2.1"),
        (another_level, "6.6.4"),
        (no_font, "6.2.11.4.1"),
        (wider_letters, "6.2.11.5"),
        (no_letters, "6.2.11.7.2"),
        (a_glyph_that_is_not_there, "6.2.11.8"),
        (ink_on_the_page, "6.2.4.3"),
        (smoothed_pictures, "6.2.8"),
        (a_script, "6.5.1"),
        (an_old_filter, "6.1.7.2"),
        (an_attachment_of_nothing, "6.8"),
    ],
)
def test_a_broken_rule_is_named(
    breaks: Callable[[pikepdf.Pdf], None], clause: str, report: bytes
) -> None:
    written = BytesIO()
    with pikepdf.open(BytesIO(report)) as pdf:
        breaks(pdf)
        pdf.save(written, fix_metadata_version=False)

    assert clause in {violation.split()[0] for violation in violations(written.getvalue())}


def test_a_locked_report_is_no_archives(report: bytes) -> None:
    written = BytesIO()
    with pikepdf.open(BytesIO(report)) as pdf:
        pdf.save(written, encryption=pikepdf.Encryption(owner="a", user=""))

    assert "6.1.3 it is encrypted" in violations(written.getvalue())
