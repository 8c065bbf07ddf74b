"""Exact versions of everything a design recommends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archgen.advisor.architecture import Version
from archgen.advisor.constants import read


def recommended(picked: Mapping[str, str], rendered: Mapping[str, str]) -> tuple[Version, ...]:
    """Of what these picks need; `rendered` if what this version renders needs it too."""
    entries: Any = read("versions.yml")
    return tuple(
        Version(entry["component"], entry["version"], entry["why"], _needs(entry, rendered))
        for entry in entries
        if _needs(entry, picked)
    )


def _needs(entry: Mapping[str, Any], picked: Mapping[str, str]) -> bool:
    return all(picked[topic] in options for topic, options in entry.get("when", {}).items())
