"""What the advisor predicts beside what the rendered service does, for every preset.

    python benchmarks/brief.py [--preset document-ai] [--rounds 1] [--quick]

Renders each preset and runs `npm run bench -- brief` in it, which says how each quantity is
measured: the process that is measured has a core of its own; Postgres, Redis, the fake AI API and
the load share the other. Prints one Markdown table, predicted / measured (their ratio),
medians over the rounds. A round of all presets takes eight minutes. --quick takes a tenth of the
load: it shows that everything runs, not how fast.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from lab import Lab, lab

from archgen import presets
from archgen.advisor import advise
from archgen.advisor.numbers import brief
from archgen.requirements import parse

Report = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", choices=presets.names(), action="append")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a tenth of the load")
    options = parser.parse_args()
    names = options.preset or presets.names()
    with lab("postgres", "redis") as here:
        repositories = {name: here.render(name, preset=name) for name in names}
        taken: dict[str, list[Report]] = {name: [] for name in names}
        for number in range(options.rounds):
            for name in names if number % 2 == 0 else reversed(names):
                print(f"{name}, round {number + 1} of {options.rounds} …", file=sys.stderr)
                taken[name].append(measure(here, repositories[name], quick=options.quick))
    print(table({name: combined(reports) for name, reports in taken.items()}))
    for name in names:
        print(notes(name, taken[name][-1]))


def measure(here: Lab, repository: Path, *, quick: bool) -> Report:
    flags = ("--quick",) if quick else ()
    told = here.run("npm", "run", "-s", "bench", "--", "brief", "--json", *flags, cwd=repository)
    report: Report = json.loads(told)
    return report


def combined(reports: Sequence[Report]) -> dict[str, str]:
    """Quantity with its unit to its cell."""
    cells = {}
    for same in zip(*(report["rows"] for report in reports), strict=True):
        row = same[0]
        found = [one["measured"] for one in same if one["measured"] is not None]
        name = f"{row['quantity'].replace('_', ' ')}, {row['unit']}"
        cells[name] = _cell(row["predicted"], median(found) if found else None)
    for whose in ("predicted", "measured"):
        first = reports[-1]["bottlenecks"][whose][0]
        cells[f"full first, {whose}"] = f"{first['resource']}, {brief(first['factor'])} x"
    return cells


def _cell(predicted: float, measured: float | None) -> str:
    if measured is None:
        return f"{brief(predicted)} / unknown"
    ratio = f" ({measured / predicted:.2f})" if predicted else ""
    return f"{brief(predicted)} / {brief(measured)}{ratio}"


def table(presets_cells: Mapping[str, Mapping[str, str]]) -> str:
    quantities = next(iter(presets_cells.values()))
    rows = [["", *presets_cells], ["---"] * (len(presets_cells) + 1)]
    rows += [[name, *(cells[name] for cells in presets_cells.values())] for name in quantities]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def notes(name: str, report: Report) -> str:
    """What is rendered in place of what is picked, and how it was measured."""
    instead = [
        f"{topic} = {nearest} is rendered for {picked}"
        for topic, picked, nearest in advise(parse(presets.load(name))).unrenderable()
    ]
    return "\n".join([f"\n{name}:", *(f"- {note}" for note in [*instead, *report["notes"]])])


if __name__ == "__main__":
    main()
