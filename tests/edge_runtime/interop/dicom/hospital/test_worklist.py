"""Whom the hospital expects: asked of a real worklist server, and of some that do wrong."""

from __future__ import annotations

import json
import logging
import struct
from datetime import date
from typing import Any

import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pynetdicom import service_class
from pynetdicom.dsutils import encode

from tests.edge_runtime.cli.command_line import Told, foreseye_afresh
from tests.edge_runtime.interop.dicom.hospital.entity import answering, stranger
from tests.edge_runtime.interop.dicom.hospital.orthanc import Orthanc
from tests.edge_runtime.interop.dicom.hospital.worklists import (
    DAY,
    an_entry,
    coded_side,
    schedule,
    serving,
)
from tests.edge_runtime.service.authority import Authority

pytestmark = pytest.mark.slow

FIELDS = {
    "starts", "patient_id", "sex", "age_years", "modality", "station", "procedure",
    "accession_number", "requested_procedure_id", "step_id", "study_uid", "laterality",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="pynetdicom")


def asked(where: str, *options: str) -> Told:
    when = () if "--date" in options else ("--date", DAY.isoformat())
    return foreseye_afresh("dicom", "worklist", where, "--json", "--timeout", "10", *when, *options)


def test_a_real_server_tells_of_the_day_and_of_photography_of_eyes(orthanc: Orthanc) -> None:
    schedule(
        orthanc,
        an_entry(2),
        an_entry(1, ScheduledStationAETitle="CAMERA2"),
        an_entry(3, ScheduledProcedureStepStartDate="20200101"),
        an_entry(4, Modality="OPT"),
    )

    told = asked(orthanc.entity)
    (of_camera_2,) = asked(orthanc.entity, "--station", "CAMERA2").json["scheduled"]
    other = asked(orthanc.entity, "--date", "2020-01-01").json["scheduled"]
    any_of_all = asked(orthanc.entity, "--date", "any", "--modality", "any").json["scheduled"]

    assert (told.code, told.err) == (0, "")
    first, second = told.json["scheduled"]
    assert first == of_camera_2
    assert set(first) == FIELDS
    assert second == {
        "starts": "2026-03-04T09:02",
        "patient_id": "p-2",
        "sex": "F",
        "age_years": 64,
        "modality": "OP",
        "station": "CAMERA1",
        "procedure": "Fundus, both eyes",
        "accession_number": "A2",
        "requested_procedure_id": "R2",
        "step_id": "S2",
        "study_uid": "1.2.3.2",
        "laterality": None,
    }
    assert [one["patient_id"] for one in other] == ["p-3"]
    assert len(any_of_all) == 4
    assert "CANARY" not in told.out


def test_today_is_asked_for_unless_another_day_is_named(orthanc: Orthanc) -> None:
    before = date.today()
    schedule(orthanc, an_entry(1), an_entry(2, ScheduledProcedureStepStartDate=f"{before:%Y%m%d}"))

    told = foreseye_afresh("dicom", "worklist", orthanc.entity)

    if date.today() == before:  # else midnight passed meanwhile
        assert f"1 expected on {before.isoformat()}" in told.err
        assert "p-2" in told.out


def test_names_come_only_where_they_are_asked_for(orthanc: Orthanc) -> None:
    schedule(orthanc, an_entry())

    without, told = asked(orthanc.entity), asked(orthanc.entity, "--names")

    assert "王" not in json.dumps(without.json, ensure_ascii=False)
    assert "1961-04-01" not in without.out
    (one,) = told.json["scheduled"]
    assert (one["name"], one["birth_date"]) == ("王 小红 (Wang Xiaohong)", "1961-04-01")


def test_an_empty_day_is_no_failure(orthanc: Orthanc) -> None:
    schedule(orthanc)

    told = foreseye_afresh("dicom", "worklist", orthanc.entity)

    assert told.code == 0
    assert "0 expected on" in told.err


def test_the_worklist_comes_over_tls(
    orthanc_over_tls: Orthanc, hospital_authority: Authority
) -> None:
    schedule(orthanc_over_tls, an_entry())
    box = hospital_authority.issue("box-2")
    known = ("--client-cert", box.certificate, "--client-key", box.key)

    told = asked(orthanc_over_tls.entity, "--tls-ca", hospital_authority.file, *known)

    assert [one["patient_id"] for one in told.json["scheduled"]] == ["p-1"]


def test_a_title_that_the_server_does_not_know_is_told_so(orthanc: Orthanc) -> None:
    told = asked(orthanc.entity, "--ae-title", "STRANGER")

    assert (told.code, told.json["error"]) == (1, "HospitalUnacquainted")


def raw(entry: Dataset, name: str, value: bytes) -> Dataset:
    """Have an element go out as these bytes, whatever they are."""
    tag = Tag(name)
    vr = str(entry[name].VR)
    entry[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)
    return entry


# PS3.5 annex K: of ISO 2022, each part of a name begins with the escape to its letters.
ESCAPED = b"Wang^Xiaohong=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xba\xec "


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("GB18030", "Wang^Xiaohong=王^小红".encode("gb18030")),
        ("GBK", "Wang^Xiaohong=王^小红".encode("gbk")),
        (["", "ISO 2022 IR 58"], ESCAPED),
    ],
    ids=str,
)
def test_chinese_names_are_read_in_the_hospitals_own_coding(
    charset: str | list[str], name: bytes
) -> None:
    entry = an_entry(SpecificCharacterSet=charset)
    with serving(raw(entry, "PatientName", name)) as where:
        told = asked(where, "--names")

    assert told.json["scheduled"][0]["name"] == "王 小红 (Wang Xiaohong)"


SIDES = [
    ({}, None),
    ({"Laterality": "R"}, "R"),
    ({"ScheduledProtocolCodeSequence": coded_side("24028007", "SCT")}, "R"),
    ({"ScheduledProtocolCodeSequence": coded_side("G-A101", "SRT")}, "L"),
    ({"ScheduledProtocolCodeSequence": coded_side("51440002", "SCT")}, "B"),
    ({"ScheduledProtocolCodeSequence": coded_side("66459002", "SCT")}, None),
    ({"ScheduledProtocolCodeSequence": coded_side("24028007", "SCT"), "Laterality": "L"}, None),
    ({"ScheduledProcedureStepDescription": "Fundus OD"}, None),
]


@pytest.mark.parametrize(("changed", "side"), SIDES, ids=str)
def test_the_side_is_told_where_it_is_coded_and_only_there(
    changed: dict[str, Any], side: str | None
) -> None:
    with serving(an_entry(**changed)) as where:
        (one,) = asked(where).json["scheduled"]

    assert one["laterality"] == side


def test_a_real_server_tells_the_side(orthanc: Orthanc) -> None:
    codes = coded_side("7771000", "SCT")
    schedule(orthanc, an_entry(ScheduledProtocolCodeSequence=codes))

    (one,) = asked(orthanc.entity).json["scheduled"]

    assert one["laterality"] == "L"


@pytest.mark.filterwarnings("ignore:Unknown encoding")  # of the server's own pydicom
def test_a_coding_that_nobody_knows_harms_no_other_field() -> None:
    entry = an_entry(PatientName="Wang^X")
    with serving(raw(entry, "SpecificCharacterSet", b"ISO_IR 999")) as where:
        told = asked(where)

    assert (told.code, told.err) == (0, "")
    assert told.json["scheduled"][0]["patient_id"] == "p-1"


def test_what_a_server_sends_unasked_is_neither_shown_nor_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving(an_entry(PatientName="CANARY^NAME")) as where, caplog.at_level(logging.DEBUG):
        told = asked(where)
        shown = foreseye_afresh("dicom", "worklist", where)

    assert "p-1" in told.out
    assert "p-1" in shown.out
    assert "CANARY" not in told.out + told.err + shown.out + shown.err
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("foreseye")]
    assert ours
    assert not any("CANARY" in line or "p-1" in line for line in ours)


@pytest.mark.filterwarnings("ignore:.*exceeds the maximum length", "ignore:Invalid value for VR")
def test_a_text_of_a_stranger_is_one_plain_line() -> None:
    evil = "[red]x\x1b[2J\u202egnp.exe\n" + "y" * 500
    with serving(an_entry(ScheduledProcedureStepDescription=evil)) as where:
        (one,) = asked(where).json["scheduled"]
        shown = foreseye_afresh("dicom", "worklist", where)

    assert one["procedure"].startswith("[red]x [2J gnp.exe yyy")
    assert len(one["procedure"]) == 128
    assert "\x1b[2J" not in shown.out
    assert "\u202e" not in shown.out


@pytest.mark.parametrize(
    ("changed", "field", "value"),
    [
        ({"PatientBirthDate": "19610230"}, "age_years", None),
        ({"PatientBirthDate": "29990101"}, "age_years", None),
        ({"ScheduledProcedureStepStartTime": "9 o'clock"}, "starts", "2026-03-04"),
        ({"ScheduledProcedureStepStartTime": "07"}, "starts", "2026-03-04T07:00"),
        ({"ScheduledProcedureStepSequence": None}, "starts", None),
        ({"PatientID": ""}, "patient_id", None),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR")
def test_what_a_server_says_wrong_is_left_empty(
    changed: dict[str, Any], field: str, value: str | None
) -> None:
    with serving(an_entry(**changed)) as where:
        told = asked(where)

    assert told.json["scheduled"][0][field] == value


def too_deep() -> bytes:
    """An entry as bytes, whose step is a sequence within a sequence, 3,000 deep."""
    entry = an_entry(3)
    del entry.ScheduledProcedureStepSequence
    whole = encode(entry, False, True)
    assert whole is not None
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    begins = struct.pack("<HH2sHI", 0x0040, 0x0100, b"SQ", 0, 0xFFFFFFFF) + item
    ends = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return whole + 3000 * begins + 3000 * ends


def test_an_entry_that_cannot_be_read_is_counted_and_the_others_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # No library writes such an entry, so the server's is told to send these bytes for one.
    sent = iter([encode(an_entry(1), False, True), too_deep(), encode(an_entry(2), False, True)])
    monkeypatch.setattr(service_class, "encode", lambda *_: next(sent))
    with serving(*(an_entry() for _ in range(3))) as where:
        told = asked(where)

    assert (told.code, told.json["unreadable"]) == (1, 1)
    assert [one["patient_id"] for one in told.json["scheduled"]] == ["p-1", "p-2"]


def test_no_more_entries_are_taken_than_are_wanted() -> None:
    with serving(*(an_entry(number) for number in range(1, 6))) as where:
        told = asked(where, "--limit", "3")

    assert (told.code, len(told.json["scheduled"]), told.json["more"]) == (0, 3, True)


@pytest.mark.parametrize("status", [0xA700, 0xC001])
def test_a_server_that_refuses_is_told_of_by_its_status(status: int) -> None:
    with serving(status) as where:
        told = asked(where)

    assert (told.code, told.json["error"]) == (1, "HospitalRefused")
    assert f"{status:04X}H" in told.json["reason"]


def test_a_server_without_a_worklist_is_told_so() -> None:
    with answering("LIST", ["1.2.840.10008.1.1"], {}) as where:
        told = asked(where)

    assert (told.code, told.json["error"]) == (1, "HospitalRefused")


@pytest.mark.parametrize(
    "says", [b"", struct.pack(">BBL", 2, 0, 0xFFFFFFFF) + bytes(50)], ids=["nothing", "4 GiB"]
)
def test_who_speaks_no_dicom_is_not_waited_for(says: bytes) -> None:
    with stranger(says) as where:
        told = asked(where, "--timeout", "1")

    assert (told.code, told.json["error"]) == (1, "HospitalUnreachable")


@pytest.mark.parametrize(
    ("where", "options", "told_of"),
    [
        ("https://192.0.2.7/", [], "no HOST:PORT"),
        ("LIST@192.0.2.7:104", [], "no TLS"),
        ("LIST@127.0.0.1:104", ["--date", "tomorrow"], "YYYY-MM-DD"),
        ("LIST@127.0.0.1:104", ["--modality", "op*"], "no modality"),
        ("LIST@127.0.0.1:104", ["--station", "A" * 17], "station"),
    ],
)
def test_a_question_that_is_none_is_bad_usage(where: str, options: list[str], told_of: str) -> None:
    told = asked(where, *options)

    assert told.code == 2
    assert told_of in told.err
