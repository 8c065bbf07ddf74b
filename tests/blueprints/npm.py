"""npm in a rendered repository, as its team would run it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from archgen.services import needs
from tests.rabbitmq import required


def npm(installed: Path, repository: Path, *arguments: str, services: bool = False) -> str:
    """Its output; beside the services that the repository needs, if asked for."""
    if services and "rabbitmq" in needs(repository):
        required()
    which = () if services else ("--with", "none")
    return call([installed / "archgen", "services", *which, "--", "npm", *arguments], repository)


def call(command: list[str | Path], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
