"""Numbers as people read them."""

from __future__ import annotations

import re
from typing import Any


def shown(value: Any) -> str:
    """A value as text: three significant digits below 1,000, separators above, lists by commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(value) or "nothing"
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.5g}"


def brief(value: float) -> str:
    """A computed figure, rounded to three significant digits."""
    return shown(float(f"{value:.3g}"))


def singular(unit: str) -> str:
    """`processes` is `process`, `servers of one kind` is `server of one kind`; `ms` stays."""
    first, *rest = unit.split(" ")
    one = re.sub(r"(?<=ss)es$|(?<=[a-z]{2}[^s])s$", "", first)
    return " ".join((one, *rest))


def percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def sentence(text: str) -> str:
    """With a capital letter at its beginning."""
    return text[0].upper() + text[1:]
