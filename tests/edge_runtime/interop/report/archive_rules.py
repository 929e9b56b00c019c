"""What of ISO 19005-3 (PDF/A-3u) can be told from a file with pikepdf and fontTools.

No validator of the PDF Association is among the tools of the tests; this reads the same places as
one would and names the clause of each rule. It does not look at: the ICC profile beyond its head,
embedded programs of fonts beyond widths and glyphs, XMP beyond the properties that a report has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pikepdf

from tests.edge_runtime.interop.report.archive_fonts import font_violations

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
KNOWN_XMP = re.compile(r"\{(http://(ns\.adobe\.com/(xap/1\.0/|pdf/1\.3/)|purl\.org/dc/elements/1\.1/"
                       r"|www\.aiim\.org/pdfa/ns/id/|www\.w3\.org/1999/02/22-rdf-syntax-ns#)"
                       r"|adobe:ns:meta/|http://www\.w3\.org/XML/1998/namespace)\}")  # fmt: skip
FORBIDDEN_KEYS = {
    "/AA": "6.5.2", "/JavaScript": "6.5.1", "/JS": "6.5.1", "/OPI": "6.2.9.2", "/XFA": "6.4.2",
    "/NeedsRendering": "6.4.2", "/Requirements": "6.9", "/PresSteps": "6.10", "/TR": "6.2.5",
    "/HTP": "6.2.5", "/Alternates": "6.2.8", "/Ref": "6.2.9.1", "/PS": "6.2.9.2",
    "/FFilter": "6.1.7.1", "/FDecodeParms": "6.1.7.1",
}  # fmt: skip
FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/Rendition",
    "/SetOCGState", "/Trans", "/GoTo3DView", "/JavaScript",
}  # fmt: skip
FILTERS = {"/FlateDecode", "/DCTDecode", "/CCITTFaxDecode", "/ASCIIHexDecode", "/ASCII85Decode",
           "/RunLengthDecode", "/JBIG2Decode", "/JPXDecode"}  # fmt: skip
DEVICE_INDEPENDENT_OR_RGB = {"/DeviceRGB", "/DeviceGray", "/ICCBased", "/CalRGB", "/CalGray",
                             "/Lab", "/Indexed", "/Pattern"}  # fmt: skip
LONGEST_STRING, LONGEST_NAME, LARGEST_INTEGER = 32767, 127, 2**31 - 1


def violations(pdf: bytes) -> list[str]:
    """Return each broken rule with its clause; none for a file that keeps all that is looked at."""
    with pikepdf.open(BytesIO(pdf)) as document:
        found = [
            *_file(pdf, document),
            *_metadata(document.Root),
            *_output_intent(document.Root),
            *_attachments(document.Root),
            *(each for page in document.pages for each in _page(page)),
            *(each for number in document.objects for each in _object(number)),
            *font_violations(document),
            *(f"6.1 qpdf: {problem}" for problem in document.check_pdf_syntax()),
        ]
    return sorted(set(found))


def _file(pdf: bytes, document: pikepdf.Pdf) -> Iterator[str]:
    if re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", pdf) is None:
        yield "6.1.2 the header, and four high bytes after it"
    if not re.search(rb"%%EOF\r?\n?$", pdf):
        yield "6.1.3 there is something after the last %%EOF"
    if len(document.trailer.get("/ID", [])) != 2:
        yield "6.1.3 the trailer has no ID"
    if document.is_encrypted or "/Encrypt" in document.trailer:
        yield "6.1.3 it is encrypted"


def _metadata(root: Any) -> Iterator[str]:
    stream = root.get("/Metadata")
    if stream is None or stream.get("/Subtype") != "/XML" or "/Filter" in stream:
        yield "6.6.2.1 the catalogue has no plain metadata stream"
        return
    tree = ElementTree.fromstring(stream.read_bytes())
    said = {el.tag: (el.text or "").strip() for el in tree.iter() if isinstance(el.tag, str)}
    said |= {name: value for el in tree.iter() for name, value in el.attrib.items()}
    if (said.get(f"{PDFAID}part"), said.get(f"{PDFAID}conformance")) != ("3", "U"):
        yield "6.6.4 it does not say PDF/A-3u"
    for name in said:
        if "}" in name and not KNOWN_XMP.match(name):
            yield f"6.6.2.3 {name} has no extension schema"


def _output_intent(root: Any) -> Iterator[str]:
    intents = [one for one in root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1:
        yield "6.2.3 there is not one output intent of PDF/A"
        return
    profile = intents[0].DestOutputProfile
    head = profile.read_bytes()[:128]
    length = int.from_bytes(head[:4], "big")
    if head[36:40] != b"acsp" or head[16:20] != b"RGB " or int(profile.N) != 3 or head[8] > 4:
        yield "6.2.3 the profile is no RGB profile of ICC version 4 or lower"
    if head[12:16] not in (b"mntr", b"prtr") or length != len(profile.read_bytes()):
        yield "6.2.3 the profile is not of a display or printer, or is not whole"


def _attachments(root: Any) -> Iterator[str]:
    names = root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", [])
    linked = {one.objgen for one in root.get("/AF", [])}
    for file in list(names)[1::2]:
        if not {"/F", "/UF", "/AFRelationship"} <= set(file.keys()) or "/Subtype" not in file.EF.F:
            yield "6.8 an attached file does not say its names, its kind and its relation"
        if file.objgen not in linked:
            yield "6.8 an attached file is linked with nothing"
        if "/ModDate" not in file.EF.F.get("/Params", {}):
            yield "6.8 an attached file does not say when it was changed"


def _page(page: Any) -> Iterator[str]:
    for annotation in page.get("/Annots", []):
        flags = int(annotation.get("/F", 0))
        if annotation.Subtype != "/Popup" and not (flags & 4 and not flags & 0b100011):
            yield "6.3.2 an annotation is hidden or not printed"
    for instruction in pikepdf.parse_content_stream(page):
        operands, name = instruction.operands, str(instruction.operator)
        if name in ("k", "K"):
            yield "6.2.4.3 CMYK without a profile"
        if name in ("cs", "CS") and str(operands[0]) == "/DeviceCMYK":
            yield "6.2.4.3 CMYK without a profile"
        if name == "ri" and str(operands[0]) not in (
            "/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation",
        ):  # fmt: skip
            yield "6.2.6 a rendering intent that does not exist"


def _object(value: Any) -> Iterator[str]:
    """Yield what is wrong with an object and with what it holds itself."""
    if isinstance(value, pikepdf.String) and len(bytes(value)) > LONGEST_STRING:
        yield "6.1.13 a string is too long"
    elif isinstance(value, pikepdf.Name) and len(str(value).encode()) > LONGEST_NAME:
        yield "6.1.13 a name is too long"
    elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        yield "6.1.13 a number is too large"
    elif isinstance(value, pikepdf.Array):
        for one in value:
            yield from () if _indirect(one) else _object(one)
    elif isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
        yield from _keys(value)
        for one in dict(value).values():
            yield from () if _indirect(one) else _object(one)


def _indirect(value: Any) -> bool:
    return bool(getattr(value, "is_indirect", False))


def _keys(value: Any) -> Iterator[str]:
    keys = set(value.keys())
    yield from (f"{FORBIDDEN_KEYS[key]} {key}" for key in keys & FORBIDDEN_KEYS.keys())
    if value.get("/S") in FORBIDDEN_ACTIONS:
        yield f"6.5.1 an action {value.S}"
    if isinstance(value, pikepdf.Stream):
        filters: Any = value.get("/Filter", [])
        named = {str(one) for one in ([filters] if isinstance(filters, pikepdf.Name) else filters)}
        if named - FILTERS:
            yield f"6.1.7.2 filters {sorted(named - FILTERS)}"
        if "/F" in keys:
            yield "6.1.7.1 a stream lies outside of the file"
        if value.get("/Subtype") == "/Image":
            yield from _image(value)


def _image(image: Any) -> Iterator[str]:
    if bool(image.get("/Interpolate", False)):
        yield "6.2.8 an image asks to be smoothed"
    space = image.get("/ColorSpace")
    if space is not None:
        name = str(space if isinstance(space, pikepdf.Name) else space[0])
        if name not in DEVICE_INDEPENDENT_OR_RGB:
            yield f"6.2.4 an image in {name}"
    if image.get("/BitsPerComponent", 8) not in (1, 2, 4, 8, 16):
        yield "6.2.8 bits of an image"
