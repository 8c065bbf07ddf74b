"""The options that change what is rendered, in pairs: a fault of one alone, or of two together, shows
in some row."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml
from allpairspy import AllPairs

from archgen import presets
from archgen.advisor.decide import decide
from archgen.advisor.misses import impossible
from archgen.advisor.prices import merged
from archgen.advisor.renders import RENDERS, rendered
from archgen.requirements import Requirements, parse

Row = Mapping[str, str]
Pair = frozenset[tuple[str, str]]

TOPICS = {topic: options for topic, options in RENDERS.items() if len(options) > 1}
# Requirements that leave every option possible.
PRESET = "analytics"
EXTRA = {"event_consumers": 2, "events_per_second": 50}
_PRICES = merged({})


def rows() -> list[dict[str, str]]:
    """A row for a repository: topic to option. What the advisor picks somewhere, and as many more as
    it takes for every pair that can work."""
    there = [dict(row) for row in sorted({tuple(row.items()) for row in advised()})]
    more = AllPairs(
        list(TOPICS.values()),
        filter_func=lambda row: _possible(_named(row)),
        previously_tested=[list(row.values()) for row in there],
    )
    there += [_named(row) for row in more]
    # Where no row of its own could be completed.
    for pair in sorted(possible_pairs(), key=sorted):
        if not any(pair <= set(row.items()) for row in there):
            there.append(_decided(dict(pair)))
    return there


def possible_pairs() -> set[Pair]:
    topics = itertools.combinations(TOPICS, 2)
    chosen = (
        {one: option, other: another}
        for one, other in topics
        for option in TOPICS[one]
        for another in TOPICS[other]
    )
    return {frozenset(pair.items()) for pair in chosen if _possible(pair)}


def advised() -> Iterable[dict[str, str]]:
    """What is rendered for each preset and each of the advisor's scenarios."""
    folder = Path(__file__).parent.parent / "advisor" / "scenarios"
    stories = [yaml.safe_load(file.read_text("utf-8")) for file in sorted(folder.glob("*.yml"))]
    stories += [{"preset": name} for name in presets.names()]
    for story in stories:
        preset = presets.load(story["preset"]) if "preset" in story else {}
        yield _decided({}, parse(preset | story.get("answers", {})))


def pairs(row: Row) -> set[Pair]:
    return {frozenset(pair) for pair in itertools.combinations(row.items(), 2)}


def _decided(chosen: Row, need: Requirements | None = None) -> dict[str, str]:
    picked = rendered(decide(need or _requirements(), _PRICES, chosen).picked)
    return {topic: picked[topic] for topic in TOPICS}


def _requirements() -> Requirements:
    return parse(presets.load(PRESET) | EXTRA)


def _named(row: Iterable[str]) -> dict[str, str]:
    """A whole row, or the beginning of one."""
    return dict(zip(TOPICS, row, strict=False))


def _possible(chosen: Row) -> bool:
    return not impossible(decide(_requirements(), _PRICES, chosen), chosen)
