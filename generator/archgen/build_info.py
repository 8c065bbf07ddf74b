"""Which version of the templates this archgen carries.

Imported by the build hook too, so it needs the standard library only.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

BUILD_FILE = "_build.json"
TEMPLATE_PATHS = ("copier.yml", "blueprints")


@dataclass(frozen=True)
class Build:
    version: str
    tag: str | None
    """The ``vX.Y.Z`` tag of exactly this commit."""
    commit: str | None
    """The full SHA; None when it was not built from a git checkout."""
    clean: bool
    """Whether the templates are those of ``commit``."""

    @property
    def template_ref(self) -> str | None:
        """What a rendering may state as its ``_commit``: the tag, else the SHA of a clean build."""
        if not self.clean:
            return None
        return self.tag or self.commit

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def read(path: Path) -> Build:
    return Build(**json.loads(path.read_text()))


def from_checkout(root: Path, version: str) -> Build:
    """What git says of the checkout at ``root``; all unknown where git cannot tell."""
    if _git(root, "rev-parse", "--show-prefix") != "":  # not the top of a work tree
        return Build(version, tag=None, commit=None, clean=False)
    tags = (_git(root, "tag", "--points-at", "HEAD", "--sort=-version:refname") or "").split()
    return Build(
        version,
        tag=next((tag for tag in tags if tag.startswith("v")), None),
        commit=_git(root, "rev-parse", "HEAD"),
        clean=_git(root, "status", "--porcelain", "--", *TEMPLATE_PATHS) == "",
    )


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
