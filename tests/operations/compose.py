"""compose.yaml as Docker Compose reads it, as far as starting its processes goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


class Required(Exception):
    """A variable that compose.yaml insists on is not set."""


def services(repository: Path, variables: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The services by name; ``variables`` are those of .env."""
    parsed = yaml.safe_load((repository / "compose.yaml").read_text())
    return interpolated(parsed["services"], variables)


def environment(service: Mapping[str, Any], addresses: Mapping[str, str]) -> dict[str, str]:
    """What its containers get, hosts replaced by where they are found from here."""
    env = {name: str(value) for name, value in service.get("environment", {}).items()}
    for host, address in addresses.items():
        env = {name: value.replace(host, address) for name, value in env.items()}
    return env


def interpolated(value: Any, variables: Mapping[str, str]) -> Any:
    """In each text of it, after the YAML was read: what is empty stays a text."""
    if isinstance(value, dict):
        return {name: interpolated(part, variables) for name, part in value.items()}
    if isinstance(value, list):
        return [interpolated(part, variables) for part in value]
    if not isinstance(value, str):
        return value

    def substitute(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if variables.get(name):
            return variables[name]
        if kind == "?":
            raise Required(f"{name}: {rest}")
        return rest or ""

    return VARIABLE.sub(substitute, value)
