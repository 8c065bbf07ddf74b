"""An Architecture as text for a terminal, as Markdown, or as JSON; a final line break included."""

from __future__ import annotations

from collections.abc import Callable

from archgen.advisor.architecture import Architecture
from archgen.brief.answer import answer
from archgen.brief.document import schema, to_json
from archgen.brief.facts import verdict
from archgen.brief.markdown import to_markdown
from archgen.brief.text import print_text, to_text

__all__ = [
    "FORMATS",
    "answer",
    "print_text",
    "schema",
    "to_json",
    "to_markdown",
    "to_text",
    "verdict",
]

FORMATS: dict[str, Callable[[Architecture], str]] = {
    "text": to_text,
    "markdown": to_markdown,
    "json": to_json,
}
