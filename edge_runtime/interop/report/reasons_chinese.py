"""Why something was not measured, in Chinese: the pipeline speaks English, with numbers in it."""

from __future__ import annotations

from typing import Final

VESSELS: Final[dict[str, str]] = {"arteriole": "动脉", "venule": "静脉"}

REASONS: Final[tuple[tuple[str, str], ...]] = (
    (
        r"(?P<count>\d+) (?P<vessel>arteriole|venule)s? in zone B, (?P<needed>\d+) are needed",
        "B 区有 {count} 条{vessel}，需要 {needed} 条",
    ),
    (
        r"(?P<count>\d+) divisions? of (?P<vessel>arteriole|venule)s, (?P<needed>\d+) are needed",
        "{vessel}有 {count} 处分叉，需要 {needed} 处",
    ),
    (
        r"(?P<count>\d+) of the (?P<all>\d+) widest (?P<vessel>arteriole|venule)s in zone B could "
        r"be measured in the photograph, (?P<needed>\d+) are needed",
        "B 区最宽的 {all} 条{vessel}中有 {count} 条能在照片中测量，需要 {needed} 条",
    ),
    (r"no (?P<vessel>arteriole|venule)s found", "没有找到{vessel}"),
)
