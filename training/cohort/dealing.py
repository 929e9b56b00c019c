"""Deals persons to roles and folds where no photographs.csv does: by a hash, so alike everywhere.

Where a set has no official split, fold 0 of the five is test, fold 1 tune and the rest train.
Where it has one, its test half is test; its tuning half is tune, or, where it has none, fold 1 of
its training half. A role depends on nothing but the set, the person and the official half, so it
stays what it is when more of the set is downloaded.

The one exception: a file that is there twice under two names (APTOS 2019 is known for it) shows one
person, whatever the tables say, so its persons become one, with the strictest of their roles.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contracts.cohort import Role
from edge_runtime.errors import UnreadableFile
from training.recipe import FOLDS

STRICTEST_FIRST = (Role.TEST, Role.TUNE, Role.TRAIN)


@dataclass(frozen=True)
class Dealt:
    """Who a person is after identical files were matched, and what he is used for."""

    person_id: str
    role: Role
    fold: int


def deal(
    set_name: str,
    halves: Iterable[tuple[str, Role | None]],
    twins: Iterable[tuple[str, str]] = (),
    has_tune: bool = False,
) -> dict[str, Dealt]:
    """Return each person's role and fold.

    `halves` holds a person and an official half for each photograph; `twins` are pairs of persons
    who share a file; `has_tune` says that the set has an official tuning half.
    """
    official: dict[str, set[Role]] = defaultdict(set)
    for person, half in halves:
        official[person] |= {half} if half else set()
    first = _one_of_each_group(official, twins)
    groups: dict[str, list[str]] = defaultdict(list)
    for person in official:
        groups[first(person)].append(person)
    found: dict[str, Dealt] = {}
    for group in groups.values():
        name = min(group)
        fold = fold_of(set_name, name)
        roles = {role for person in group for role in official[person]}
        dealt = Dealt(name, _role(roles, fold, has_tune), fold)
        found |= dict.fromkeys(group, dealt)
    return found


def fold_of(set_name: str, person_id: str) -> int:
    """Return a person's fold, 0 to 4, from a hash of the set's name and the person's."""
    digest = hashlib.sha256(f"{set_name}/{person_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % FOLDS


def twins(files: list[tuple[Path, str]], tick: Callable[[], None]) -> list[tuple[str, str]]:
    """Return pairs of persons who share a file, byte for byte.

    `files` holds each photograph with its person. Only files of equal size are read; `tick` is
    called once for each file. Raises UnreadableFile.
    """
    by_size: dict[int, list[tuple[Path, str]]] = defaultdict(list)
    pairs = []
    try:
        for path, person in files:
            by_size[path.stat().st_size].append((path, person))
        for group in by_size.values():
            seen: dict[bytes, str] = {}
            for path, person in group:
                if len(group) > 1:
                    other = seen.setdefault(_digest(path), person)
                    pairs += [(other, person)] if other != person else []
                tick()
    except OSError as error:
        raise UnreadableFile(str(error)) from error
    return pairs


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _role(official: set[Role], fold: int, has_tune: bool) -> Role:
    if not official:
        return {0: Role.TEST, 1: Role.TUNE}.get(fold, Role.TRAIN)
    strictest = next(role for role in STRICTEST_FIRST if role in official)
    if strictest is Role.TRAIN and not has_tune and fold == 1:
        return Role.TUNE
    return strictest


def _one_of_each_group(
    persons: Iterable[str], pairs: Iterable[tuple[str, str]]
) -> Callable[[str], str]:
    """Return a function from a person to one of his group (union-find)."""
    leader = {person: person for person in persons}

    def first(person: str) -> str:
        while leader[person] != person:
            leader[person] = person = leader[leader[person]]
        return person

    for one, other in pairs:
        leader[first(other)] = first(one)
    return first
