"""The advisor's constants, each with source and date in limits.yml and prices.yml."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

HOURS_A_MONTH = 730  # 365.25 days x 24 / 12, as cloud price lists count


def _read(name: str) -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    entries: dict[str, dict[str, Any]] = yaml.load(
        text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return entries


SOURCES = _read("limits.yml")
PRICES = _read("prices.yml")
LIMIT: dict[str, float] = {name: entry["value"] for name, entry in SOURCES.items()}


@cache
def usd_month(item: str, count: float = 1) -> float:
    """List price of `count` pieces, USD a month."""
    hour: float = PRICES[item]["usd_hour"]
    return hour * HOURS_A_MONTH * count
