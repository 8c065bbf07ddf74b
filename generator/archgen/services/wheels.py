"""Where the wheels of the extra ``archgen[services]`` put their programs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from archgen.errors import ServiceError


def folder(package: str) -> Path:
    """The installed package's folder, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(
            f"The wheel with {package} is not installed. Install what services need:\n"
            "  pip install 'archgen[services]'"
        )
    return Path(spec.submodule_search_locations[0])
