"""Wrapped lines for a terminal of 80 columns."""

from __future__ import annotations

import textwrap

WIDTH = 80


def heading(title: str) -> list[str]:
    return [title, "-" * len(title)]


def paragraph(text: str, indent: int = 2) -> list[str]:
    return _wrapped(text, " " * indent, " " * indent)


def bullet(text: str, indent: int = 2) -> list[str]:
    return _wrapped(text, " " * indent + "- ", " " * (indent + 2))


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
