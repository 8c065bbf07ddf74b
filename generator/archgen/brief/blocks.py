"""What the sections of the text brief are made of: words with hints of style, without a width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Part = str | tuple[str, str]  # text, or text and a style that rich knows


@dataclass(frozen=True)
class Line:
    """Text that wraps, its further lines below its first word."""

    parts: Sequence[Part]
    indent: int = 0  # columns
    marker: str = ""


@dataclass(frozen=True)
class Grid:
    """Rows of cells that wrap; the columns in `right` have their text to the right."""

    rows: Sequence[Sequence[Line]]
    header: Sequence[str] = ()
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Drawing:
    """Lines as they stand."""

    lines: Sequence[str]


Block = Line | Grid | Drawing
GAP = Drawing([""])


def bullet(*parts: Part, indent: int = 0) -> Line:
    return Line(parts, indent, "- ")


def paragraph(*parts: Part, indent: int = 2) -> Line:
    return Line(parts, indent)


def cells(*texts: Part) -> list[Line]:
    """A row, one text a cell."""
    return [Line((text,)) for text in texts]
