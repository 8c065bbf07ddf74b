"""Answers for well-known cases; what a preset leaves out takes its default."""

from __future__ import annotations

from importlib import resources
from typing import Any

from archgen.errors import UsageError


def names() -> list[str]:
    """The presets there are, sorted."""
    files = resources.files(__name__).iterdir()
    return sorted(file.name.removesuffix(".yml") for file in files if file.name.endswith(".yml"))


def load(name: str) -> dict[str, Any]:
    """The answers of a preset. Raises UsageError for an unknown name."""
    import yaml

    if name not in names():
        raise UsageError(f"No preset is called {name!r}. There are: {', '.join(names())}.")
    text = resources.files(__name__).joinpath(f"{name}.yml").read_text("utf-8")
    answers: dict[str, Any] = yaml.safe_load(text)
    return answers
