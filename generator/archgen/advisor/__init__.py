"""Requirements to Architecture: deterministic, offline, no I/O but the bundled constants."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from archgen.advisor import decide, flips, overrides
from archgen.advisor.architecture import Architecture, Choice
from archgen.advisor.findings import findings
from archgen.advisor.renders import nearest
from archgen.advisor.sizes import sizes
from archgen.errors import InvalidAnswers
from archgen.requirements import Requirements

__all__ = ["Architecture", "Choice", "advise", "default_sizing", "override_problems"]

override_problems = overrides.unknown


def advise(need: Requirements, chosen: Mapping[str, str] = MappingProxyType({})) -> Architecture:
    """Decide an architecture; `chosen` (topic to option) stands against the advice.

    Raises InvalidAnswers for an unknown topic or option, and for one that cannot work with the
    rest.
    """
    _refuse(overrides.unknown(chosen))
    advised = decide.choices(need, chosen)
    _refuse(overrides.impossible(advised, chosen))
    found = flips.find(need, chosen)
    choices = tuple(
        choice.settled(chosen.get(choice.topic), found[choice.topic]) for choice in advised
    )
    picked = {choice.topic: choice.picked for choice in choices}
    rendered = {topic: nearest(topic, option) for topic, option in picked.items()}
    return Architecture(
        requirements=need,
        overrides=dict(chosen),
        choices=choices,
        sizes=sizes(need, rendered),
        findings=findings(need, picked),
    )


def _refuse(problems: list[str]) -> None:
    if problems:
        raise InvalidAnswers(problems)


def default_sizing() -> dict[str, int]:
    """The sizes of the default requirements."""
    return advise(Requirements()).sizing()
