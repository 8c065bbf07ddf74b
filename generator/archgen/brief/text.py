"""The brief for a terminal: 80 columns, readable without colour."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING

from archgen.advisor.architecture import Architecture
from archgen.brief.blocks import Block, Drawing, Grid, Line
from archgen.brief.sections import SECTIONS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

COLUMNS = 80
INDENT = 2  # of a section's body


def to_text(architecture: Architecture) -> str:
    """The brief without colour and without trailing spaces, a final line break included."""
    from rich.console import Console

    out = StringIO()
    _print(architecture, Console(file=out, width=COLUMNS, color_system=None))
    return re.sub(r" +$", "", out.getvalue(), flags=re.MULTILINE)


def print_text(architecture: Architecture) -> None:
    """To stdout, with colour on a terminal unless NO_COLOR or TERM say otherwise."""
    from rich.console import Console

    console = Console(width=COLUMNS)
    if console.color_system:
        _print(architecture, console)
    else:
        sys.stdout.write(to_text(architecture))


def _print(architecture: Architecture, console: Console) -> None:
    lines = _renderables(architecture, console)  # wrapped already
    console.print(*lines, sep="\n", no_wrap=True, overflow="ignore", crop=False)


def _renderables(architecture: Architecture, console: Console) -> Iterator[Text | Padding]:
    from rich.text import Text

    for index, (title, section) in enumerate(SECTIONS.items()):
        gap = "\n" if index else ""
        yield Text(f"{gap}{title}\n{'-' * len(title)}", "bold")
        for block in section(architecture):
            yield from _rendered(block, console)


def _rendered(block: Block, console: Console) -> Iterator[Text | Padding]:
    from rich.padding import Padding
    from rich.text import Text

    if isinstance(block, Grid):
        yield Padding.indent(_table(block), INDENT)
    elif isinstance(block, Drawing):
        yield from (Text(f"{' ' * INDENT}{line}") for line in block.lines)
    else:
        yield from _wrapped(block, console)


def _wrapped(line: Line, console: Console) -> Iterator[Text]:
    from rich.text import Text

    first = " " * (INDENT + line.indent) + line.marker
    wrapped = _text(line).wrap(console, COLUMNS - len(first), overflow="fold")
    for index, text in enumerate(wrapped):
        text.rstrip()
        yield Text.assemble(" " * len(first) if index else first, text)


def _table(grid: Grid) -> Table:
    from rich.box import Box
    from rich.table import Table
    from rich.text import Text

    dashes = Box("\n".join(["    "] * 2 + [" -  "] + ["    "] * 5), ascii=True)
    gap = (0, 1, 0, 0)  # beside the one column of the box
    table = Table(box=dashes, show_edge=False, show_header=bool(grid.header), padding=gap)
    for index in range(len(grid.rows[0]) if grid.rows else 0):
        header = grid.header[index] if grid.header else ""
        justify = "right" if index in grid.right else "left"
        table.add_column(Text(header), justify=justify, overflow="fold")
    for row in grid.rows:
        table.add_row(*map(_text, row))
    return table


def _text(line: Line) -> Text:
    from rich.text import Text

    return Text.assemble(*line.parts)
