"""What the user may choose against the advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.advisor.rules import OPTIONS


def unknown(chosen: Mapping[str, str]) -> list[str]:
    """A problem for each topic or option that does not exist."""
    return [problem for topic, option in chosen.items() for problem in _unknown(topic, option)]


def _unknown(topic: str, option: str) -> Iterator[str]:
    if topic not in OPTIONS:
        yield f"{topic}: no such topic to choose; there are {', '.join(OPTIONS)}"
    elif option not in OPTIONS[topic]:
        yield f"{topic}: no option {option!r}; there are {', '.join(OPTIONS[topic])}"
