"""Results of runs, a JSON line each, as ``npm run faults -- --out FILE`` also writes them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from tests.support import ROOT, named

SEED = int(os.environ.get("ARCHGEN_SEED", "1"))
SWEEP = int(os.environ.get("ARCHGEN_SWEEP", "1"))
IDLE = os.environ.get("ARCHGEN_IDLE") == "1"
FOLDER = ROOT / "faults-results"
DOCUMENT = ROOT / "docs" / "faults.md"

Result = dict[str, Any]


def kept_in(name: str) -> Path | None:
    """The file of a sweep's results; what is in it is not run again. A single run keeps nothing.
    Those of NestJS are apart."""
    if SWEEP == 1:
        return None
    FOLDER.mkdir(exist_ok=True)
    return FOLDER / f"{named(name)}.jsonl"


def read(file: Path) -> list[Result]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def remaining(name: str, case: int, seeds: int) -> list[int]:
    """The seeds of a case that the sweep has still to run."""
    file = kept_in(name)
    done = {result["seed"] for result in read(file) if result["case"] == case} if file else set()
    return [seed for seed in range(SEED, SEED + min(seeds, SWEEP)) if seed not in done]


def rows(results: Iterable[Result]) -> Iterator[tuple[int, str]]:
    """A row a case, in Markdown: each promise, with the median and the worst over its seeds."""
    for case, group in groupby(sorted(results, key=_case), _case):
        runs = list(group)
        failed = sum(not run["ok"] for run in runs)
        figures = "; ".join(_figures(runs))
        yield case, f"| {case} | {runs[-1]['title']} | {len(runs)} | {failed} | {figures} |"


def write() -> None:
    """Put the rows of what was kept between their marks in the document. Those of other cases
    stay."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for file in FOLDER.glob("*.jsonl"):
        mark = f"<!-- results: {file.stem} -->\n"
        before, found, behind = text.partition(mark)
        if found:
            there, end, after = behind.partition("<!-- end -->")
            text = f"{before}{mark}\n{_table(there, read(file))}\n\n{end}{after}"
    DOCUMENT.write_text(text, encoding="utf-8")


def _table(there: str, results: Iterable[Result]) -> str:
    kept = {int(row[1]): row[0] for row in re.finditer(r"(?m)^\| (\d+) \|.*$", there)}
    head = ["| case | fault | seeds | failed | promised: median, worst |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(row for _, row in sorted((kept | dict(rows(results))).items()))])


def _case(result: Result) -> int:
    return result["case"]


def _figures(runs: list[Result]) -> Iterator[str]:
    names = dict.fromkeys(name for run in runs for name in run["figures"])
    for name in names:
        figures = [run["figures"][name] for run in runs if name in run["figures"]]
        values = [figure["value"] for figure in figures]
        promise = figures[0].get("promise", "")
        if promise.startswith("="):
            kept = sum(not figure.get("broken") for figure in figures)
            yield f"{name} {promise}: {'all' if kept == len(figures) else f'{kept} of them'}"
        else:
            worst = min(values) if promise.startswith("≥") else max(values)
            yield f"{name}{promise and ' '}{promise}: {median(values):g}, {worst:g}"
