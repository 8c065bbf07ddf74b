"""What Copier stores of an Architecture, so that updates render the same documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from archgen.advisor.architecture import Alternative, Architecture, Choice, Price, Stage
from archgen.advisor.money import money
from archgen.brief import facts
from archgen.brief.mermaid import mermaid

_PRICE = {field.name for field in fields(Price)}


def answer(architecture: Architecture) -> dict[str, Any]:
    """The `brief` answer: all but what are answers themselves.

    What templates would have to compute stands in it as text; lists, as Copier sorts mappings.
    """
    brief = _priced(architecture.to_dict())
    del brief["requirements"], brief["overrides"], brief["prices"]
    _add(brief["choices"], map(_choice, architecture.choices))
    _add(brief["bottlenecks"], ({"load": facts.factor(one)} for one in architecture.bottlenecks))
    _add(brief["stages"], map(_changed, architecture.stages))
    _add(brief["cost"]["alternatives"], map(_changed, architecture.cost.alternatives))
    predictions = architecture.forecast.predictions
    _add(brief["forecast"]["predictions"], ({"shown": facts.figure(one)} for one in predictions))
    given = facts.given(architecture)
    return brief | {
        "verdict": facts.verdict(architecture.cost),
        "mermaid": mermaid(architecture.diagram),
        "given": [{"name": name, "answer": given[name]} for name in given],
        "inputs": [
            {"name": name, "answer": given[name], "moves": topics}
            for name, topics in facts.moves(architecture).items()
        ],
    }


def _add(stored: list[dict[str, Any]], texts: Iterable[dict[str, Any]]) -> None:
    for entry, more in zip(stored, texts, strict=True):
        entry.update(more)


def _choice(choice: Choice) -> dict[str, Any]:
    turns = facts.turns(choice)
    return {
        "file": choice.topic.replace("_", "-"),
        "turns": [{"becomes": option, "at": at} for option, at in turns.items()],
    }


def _changed(design: Stage | Alternative) -> dict[str, str]:
    return {"differs": facts.changes(design.changes)}


def _priced(value: Any) -> Any:
    """The same, each price with its text."""
    if isinstance(value, list):
        return [_priced(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == _PRICE:
        return value | {"text": money(Price(**value))}
    return {key: _priced(item) for key, item in value.items()}
