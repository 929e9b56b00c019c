"""The exam that lies on the reading desk, with what was fetched and drawn of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from edge_runtime.wire.client import ForeseyeError, records_client
from ui.simulating import SimulationRun
from ui.told import told

KEY = "reading"
"""Of the session's state."""


@dataclass
class ReadingDesk:
    """One exam being read by one person of the staff."""

    clinic: records_client.Clinic = field(repr=False)
    exam: records_client.KeptExam
    serial: str = field(default_factory=lambda: secrets.token_hex(4))
    refused: str = ""
    """Why the last thing that was asked of the records was not done."""
    earlier: tuple[records_client.KeptExam, ...] | None = None
    """Earlier exams of the same person; None until somebody asks for them."""
    simulation: SimulationRun | None = None
    painting: str = ""
    """The photograph that is painted on; empty while the exam is read."""
    drafts: dict[str, dict[str, object]] = field(default_factory=dict, repr=False)
    """What was painted and is not kept yet: by photograph and layer, as the page sent it."""
    painted: dict[str, object] = field(default_factory=dict, repr=False)
    """What became of the last masks that were to be kept, for the page that sent them."""
    contents: dict[str, bytes] = field(default_factory=dict, repr=False)
    """Pictures by their id."""
    drawn: dict[tuple[object, ...], bytes] = field(default_factory=dict, repr=False)
    """What was drawn of them, so that nothing is drawn twice."""

    def picture(self, picture_id: str, exam_id: str = "") -> bytes | None:
        """Return a picture's content, or None where there is none or it cannot be had."""
        if not picture_id:
            return None
        if picture_id not in self.contents:
            try:
                kept = self.clinic.read_picture(exam_id or self.exam.exam_id, picture_id)
            except ForeseyeError as error:
                self.refused = told(error.public_message)
                return None
            self.contents[picture_id] = kept.content
        return self.contents[picture_id]

    def ask(self, change: Callable[[], records_client.KeptExam]) -> bool:
        """Take over the exam that a change leaves; False where the records refuse it."""
        self.refused = ""
        try:
            self.exam = change()
        except ForeseyeError as error:
            self.refused = told(error.public_message)
            return False
        return True

    def read_earlier(self, most: int) -> tuple[records_client.KeptExam, ...]:
        """Return the newest `most` earlier exams; that they were read stands in the audit."""
        if self.earlier is None:
            found = []
            for exam_id in self.exam.earlier_exam_ids[:most]:
                try:
                    found.append(self.clinic.read_exam(exam_id))
                except ForeseyeError as error:
                    # One that cannot be read hides no other.
                    self.refused = told(error.public_message)
            self.earlier = tuple(found)
        return self.earlier
