"""The brief for a terminal: 80 columns, readable without colour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from archgen.advisor import Architecture
from archgen.advisor.numbers import shown
from archgen.brief.diagram import diagram
from archgen.brief.lines import bullet, heading, paragraph

Decision = dict[str, Any]


def to_text(architecture: Architecture) -> str:
    """The brief as plain text, a final line break included."""
    decisions = architecture.decisions()
    sections = [
        ("Assessment", _assessment(decisions)),
        ("What gives first", _first_to_give(architecture)),
        ("Choices", _choices(decisions)),
        ("Diagram, as this version renders it", [f"  {line}" for line in diagram(architecture)]),
        ("Capacity, of what this version renders", _capacity(decisions)),
        ("What would change this", _inputs(decisions)),
    ]
    lines = [line for title, body in sections for line in (*heading(title), *body, "")]
    return "\n".join(lines).rstrip("\n") + "\n"


def _assessment(decisions: list[Decision]) -> Iterator[str]:
    findings = [item for decision in decisions for item in decision["findings"]]
    missing = [decision for decision in decisions if decision["instead"]]
    if not any(item["severity"] == "problem" for item in findings):
        yield from bullet("The requirements go together.")
    for item in sorted(findings, key=lambda item: item["severity"] != "problem"):
        yield from bullet(f"{item['severity'].upper()}: {item['message']} {item['remedy']}")
    for decision in missing:
        pick = f"{decision['topic']}={decision['picked']}"
        nearest = f"not yet in this version, which renders {decision['instead']}."
        yield from bullet(f"NOT YET: {pick} is {nearest}")


def _first_to_give(architecture: Architecture) -> Iterator[str]:
    for size in architecture.saturation():
        at = f"{shown(size.lasts)} x the load"
        yield from bullet(f"at {at}: {size.name} ({shown(size.value)} {size.unit})")


def _choices(decisions: list[Decision]) -> Iterator[str]:
    for decision in decisions:
        yield from bullet(f"{decision['topic']}: {decision['picked']}")
        yield from paragraph(f"because {decision['because']}", 4)
        for other in decision["rejected"]:
            yield from bullet(f"not {other['option']}: {other['why']}", 4)
        becomes = "the advice becomes" if decision["advised"] else "becomes"
        for option, at in _grouped(decision["flips"], "becomes", "when").items():
            yield from bullet(f"{becomes} {option} at {' or '.join(at)}", 4)


def _capacity(decisions: list[Decision]) -> Iterator[str]:
    for size in (size for decision in decisions for size in decision["sizes"]):
        source = f" [{size['source']}]" if size["source"] else ""
        value = f"{size['name']} = {shown(size['value'])} {size['unit']}"
        yield from bullet(f"{value}: {size['arithmetic']}{source}")


def _inputs(decisions: list[Decision]) -> Iterator[str]:
    """Which answer moves which choices, the most moving answer first."""
    flips = [
        {"input": flip["input"], "topic": decision["topic"]}
        for decision in decisions
        for flip in decision["flips"]
    ]
    moved = {
        name: dict.fromkeys(topics) for name, topics in _grouped(flips, "input", "topic").items()
    }
    for name, topics in sorted(moved.items(), key=lambda item: -len(item[1])):
        yield from bullet(f"{name} moves {', '.join(topics)}")


def _grouped(rows: Iterable[dict[str, Any]], key: str, value: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row[value])
    return groups
