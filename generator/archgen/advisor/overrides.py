"""What the user chose against the advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archgen.advisor.architecture import Choice
from archgen.advisor.rules import OPTIONS


def unknown(chosen: Mapping[str, str]) -> list[str]:
    """A problem for each topic or option that does not exist."""
    return [problem for topic, option in chosen.items() for problem in _unknown(topic, option)]


def _unknown(topic: str, option: str) -> Iterator[str]:
    if topic not in OPTIONS:
        yield f"{topic}: no such topic to choose; there are {', '.join(OPTIONS)}"
    elif option not in OPTIONS[topic]:
        yield f"{topic}: no option {option!r}; there are {', '.join(OPTIONS[topic])}"


def impossible(choices: Iterable[Choice], chosen: Mapping[str, str]) -> list[str]:
    """A problem for each chosen option that cannot work with the choices before it."""
    return [
        f"{choice.topic}: {other.option} cannot work here: {other.why}"
        for choice in choices
        for other in choice.rejected
        if other.impossible and other.option == chosen.get(choice.topic)
    ]
