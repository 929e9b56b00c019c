"""Simulated visits as files that say what they are: burnt-in label, XMP, EXIF and PNG text.

Visible text of at least one twentieth of the shorter side, and marks for machines: the IPTC
digital source type, China's `AIGC` record (GB 45438-2025, TC260's XMP field), and a plain sentence.
None of them names the person or the file.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from edge_runtime import __version__
from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.domain import USE, FloatArray, UInt8Array
from edge_runtime.fundus.preprocess import NetworkFrame
from edge_runtime.interop.report.wording import WORDS, Language
from edge_runtime.interop.simulated_label import burnt_in
from edge_runtime.simulation.records import SimulatedVisit

SOURCE_TYPE: Final = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
"""IPTC's word for a photograph that a trained model changed."""

JPEG_QUALITY: Final = 92
STEPS_PER_LEVEL: Final = 8
"""Of a difference map: 128 is no change, 136 one grey level lighter, 120 one darker."""
SPREAD_STEPS_PER_LEVEL: Final = 16
"""Of a spread map: 0 is none, 16 one grey level."""
_SOFTWARE, _DESCRIPTION = 0x0131, 0x010E


@dataclass(frozen=True)
class Mark:
    """What a file says of itself: what it is, how far ahead, which sample of which bundle."""

    years: float
    sample: int
    """From 1, as shown."""
    seed: int
    bundle: BundleIdentity
    evidence: str

    @property
    def sentence(self) -> str:
        """Return what it is, in plain words."""
        label = WORDS[Language.ENGLISH]["simulated.label"].format(years=self.years)
        return f"{label} {USE}"

    @property
    def aigc(self) -> str:
        """Return the AIGC record of GB 45438-2025 (1: made by a machine)."""
        return json.dumps(
            {
                "Label": "1",
                "ContentProducer": f"foreseye {__version__}",
                "ProduceID": f"{self.bundle.sha256[:16]}-{self.seed}-{self.years:g}-{self.sample}",
                "ReservedCode1": "",
                "ContentPropagator": "",
                "PropagateID": "",
                "ReservedCode2": "",
            },
            separators=(",", ":"),
        )

    @property
    def fields(self) -> dict[str, str]:
        """Return the marks as names and texts."""
        return {
            "Simulated": "yes",
            "HorizonYears": f"{self.years:g}",
            "Sample": str(self.sample),
            "Seed": str(self.seed),
            "Bundle": f"{self.bundle.name} {self.bundle.version} {self.bundle.sha256}",
            "Evidence": self.evidence,
        }

    @property
    def xmp(self) -> bytes:
        """Return the XMP packet."""
        own = " ".join(f"foreseye:{name}={quoteattr(text)}" for name, text in self.fields.items())
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
            '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description rdf:about="" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
            'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" '
            'xmlns:foreseye="https://foreseye.invalid/ns/1.0/" '
            f"Iptc4xmpExt:DigitalSourceType={quoteattr(SOURCE_TYPE)} "
            f"TC260:AIGC={quoteattr(self.aigc)} {own}>"
            '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">'
            f"{escape(self.sentence)}</rdf:li></rdf:Alt></dc:description>"
            "</rdf:Description></rdf:RDF></x:xmpmeta>"
            '<?xpacket end="w"?>'
        ).encode()


def mark_of(visit: SimulatedVisit, bundle: BundleIdentity) -> Mark:
    """Return the mark of one simulated visit."""
    return Mark(visit.horizon_years, visit.sample + 1, visit.seed, bundle, visit.evidence.value)


def labelled_jpeg(visit: SimulatedVisit, mark: Mark, languages: Sequence[Language]) -> bytes:
    """Return the picture with its label burnt in, at its own size, and its marks."""
    exif = Image.Exif()
    exif[_DESCRIPTION] = mark.sentence.encode("ascii", "replace").decode()
    exif[_SOFTWARE] = f"foreseye {__version__}"
    content = io.BytesIO()
    Image.fromarray(burnt_in(visit.picture_HWC, visit.horizon_years, languages)).save(
        content, "JPEG", quality=JPEG_QUALITY, xmp=mark.xmp, exif=exif
    )
    return content.getvalue()


def unlabelled_png(visit: SimulatedVisit, mark: Mark) -> bytes:
    """Return the picture bit for bit, without label, for evaluation alone; it is marked too."""
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", mark.xmp.decode())
    text.add_text("Description", mark.sentence)
    text.add_text("AIGC", mark.aigc)
    for name, told in mark.fields.items():
        text.add_text(name, told)
    content = io.BytesIO()
    Image.fromarray(visit.picture_HWC).save(content, "PNG", pnginfo=text, compress_level=1)
    return content.getvalue()


def difference_png(difference_HW: FloatArray, frame: NetworkFrame, shape: tuple[int, int]) -> bytes:
    """Return what becomes lighter or darker laid on the picture: 8-bit grey, 128 no change."""
    return _map_png(difference_HW * STEPS_PER_LEVEL, 128.0, frame, shape)


def spread_png(spread_HW: FloatArray, frame: NetworkFrame, shape: tuple[int, int]) -> bytes:
    """Return how far samples differ, laid on the picture: 8-bit grey, 0 not at all."""
    return _map_png(spread_HW * SPREAD_STEPS_PER_LEVEL, 0.0, frame, shape)


def _map_png(
    map_HW: FloatArray, nothing: float, frame: NetworkFrame, shape: tuple[int, int]
) -> bytes:
    rows, columns = shape
    laid_HW = frame.to_photograph(np.asarray(map_HW, np.float32), columns, rows) + nothing
    content = io.BytesIO()
    grey_HW: UInt8Array = np.asarray(np.clip(np.rint(laid_HW), 0, 255), np.uint8)
    Image.fromarray(grey_HW).save(content, "PNG", compress_level=1)
    return content.getvalue()
