"""An Architecture as text for a terminal, as Markdown, or as JSON; a final line break included."""

from __future__ import annotations

import json
from collections.abc import Callable

from archgen.advisor import Architecture
from archgen.brief.markdown import to_markdown
from archgen.brief.text import to_text

__all__ = ["FORMATS", "to_json", "to_markdown", "to_text"]


def to_json(architecture: Architecture) -> str:
    return json.dumps(architecture.to_dict(), indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Architecture], str]] = {
    "text": to_text,
    "markdown": to_markdown,
    "json": to_json,
}
