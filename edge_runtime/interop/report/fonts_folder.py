"""Where the one font of pages and labels lies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FONT: Final = Path(__file__).parent / "fonts" / "NotoSansSC-subset.otf"
"""A subset of Noto Sans CJK SC (SIL Open Font License, beside it)."""
