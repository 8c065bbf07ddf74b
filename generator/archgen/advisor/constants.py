"""The advisor's constants, each with its source and date in limits.yml."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(name: str) -> dict[str, dict[str, Any]]:
    """The entries of a YAML file beside this module."""
    entries: dict[str, dict[str, Any]] = yaml.load(
        resources.files(__package__).joinpath(name).read_text("utf-8"), _Loader
    )
    return entries


SOURCES = read("limits.yml")
LIMIT: dict[str, float] = {name: entry["value"] for name, entry in SOURCES.items()}


def source(name: str) -> str:
    """Where a constant comes from, with its date."""
    entry = SOURCES[name]
    return f"{entry['source']} ({entry['date']})"
