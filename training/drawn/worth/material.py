"""The photographs of all cells, each read once and levelled, and what fingerprints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.cohort import ManifestRow, Role
from training.anatomy.eyes import LabelledEye, labelled_eye
from training.cohort.assemble import Cohort, cohort_rows
from training.drawn.worth.drawn_folder import DRAWN, drawn_rows, spread
from training.drawn.worth.mask_task import MaskRecipe
from training.drawn.worth.record import Counted
from training.drawn.worth.teaching import Subject, levelled, real_sets
from training.errors import CohortError


@dataclass
class Material:
    """Drawn and real photographs; `work` is a folder for the manifest of the real ones."""

    drawn: Path
    data: Path
    work: Path
    _eyes: dict[tuple[Subject, str, str], LabelledEye | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._drawn_rows = drawn_rows(self.drawn)
        sets = list(dict.fromkeys(name for subject in Subject for name in real_sets(subject)))
        self.real_rows = cohort_rows(Cohort(self.data), sets, self.work)

    def drawn_rows(self, recipe: MaskRecipe) -> list[ManifestRow]:
        """Return the drawn photographs of one task that have its masks, at most so many a role."""
        labelled = [
            row
            for row in self._drawn_rows
            if all(getattr(row, name) is not None for name in recipe.structures)
        ]
        most = {Role.TRAIN: recipe.most_drawn, Role.TUNE: recipe.most_drawn_tune}
        picked: list[ManifestRow] = []
        for role, number in most.items():
            picked += spread([row for row in labelled if row.role is role], number)
        if {row.role for row in picked} != set(most):
            needed = ", ".join(recipe.structures)
            raise CohortError(f"{self.drawn}: people to learn from and to tune on need {needed}")
        return picked

    def root(self, row: ManifestRow) -> Path:
        """Return the folder that a row's paths are relative to."""
        return self.drawn if row.set == DRAWN else self.data

    def eyes(
        self, rows: Sequence[ManifestRow], subject: Subject, recipe: MaskRecipe
    ) -> list[LabelledEye]:
        """Return the eyes of the rows, levelled, but drawn ones in which no field is found.

        Raises CohortError for a real photograph without a field.
        """
        with progress_bar(f"Reading ({subject.value})", len(rows)) as show:
            found = []
            for done, row in enumerate(rows, start=1):
                found.append(self._eye(row, subject, recipe))
                show(done)
        return [eye for eye in found if eye is not None]

    def _eye(self, row: ManifestRow, subject: Subject, recipe: MaskRecipe) -> LabelledEye | None:
        key = subject, row.set, row.photograph
        if key not in self._eyes:
            self._eyes[key] = self._read(row, recipe)
        return self._eyes[key]

    def _read(self, row: ManifestRow, recipe: MaskRecipe) -> LabelledEye | None:
        try:
            eye = labelled_eye(row, self.root(row), recipe.image_size_px, recipe.structures)
        except CohortError:
            if row.set != DRAWN:
                raise
            return None  # a drawn phone's photograph may be as bad as a real one's; it is counted
        return levelled(eye)


def counted(eyes: Iterable[LabelledEye]) -> list[Counted]:
    """Return people and photographs set by set."""
    by_set: dict[str, list[str]] = {}
    for eye in eyes:
        by_set.setdefault(eye.set_name, []).append(eye.person_id)
    return [
        Counted(set=name, people=len(set(persons)), photographs=len(persons))
        for name, persons in sorted(by_set.items())
    ]
