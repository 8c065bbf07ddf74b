"""Whom the servers run as, and which paths that account can reach.

Postgres refuses root, so what root starts runs as ``nobody``. Permissions of paths that are not
ours are never changed: what that account cannot reach is copied to where it can.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archgen.errors import ServiceError

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """``name`` is None for the account of this process."""

    name: str | None

    def reaches(self, path: Path) -> bool:
        """Whether the account may pass through the folders to ``path``, and execute it."""
        path = path.resolve()
        if self.name is None:
            return os.access(path, os.R_OK | os.X_OK)
        return all(self._passes(part) for part in (path, *path.parents))

    def _passes(self, path: Path) -> bool:
        status = path.stat()
        own = status.st_uid == pwd.getpwnam(self.name or "").pw_uid
        return bool(status.st_mode & (stat.S_IXUSR if own else stat.S_IXOTH))

    def give(self, path: Path) -> None:
        if self.name is not None:
            entry = pwd.getpwnam(self.name)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def prepare(self, keep: Path) -> None:
        """Make the folder that holds data between runs."""
        existing = next(path for path in (keep, *keep.parents) if path.exists())
        if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
            raise ServiceError(f"--keep {keep}: {existing} is no folder that can be written.")
        if not self.reaches(existing):
            raise ServiceError(
                f"--keep {keep}: Postgres refuses to run as root, and {self.name}, whom it runs as"
                f" then, cannot reach {existing}.\nKeep in a folder that everyone can pass through,"
                " such as /var/tmp/archgen, or run as an ordinary user."
            )
        if existing != keep:
            keep.mkdir(parents=True)
            keep.chmod(0o711 if self.name else 0o700)

    def temporary(self) -> Path:
        """The folder for temporary files; root's own may be closed to others."""
        for folder in map(Path, (tempfile.gettempdir(), "/tmp", "/var/tmp")):
            if folder.is_dir() and self.reaches(folder):
                return folder
        raise ServiceError(f"No temporary folder is open to {self.name}. Set TMPDIR to one.")

    def staged(self, program: Path, trees: Iterable[Path], folder: Path) -> Path:
        """``program``, in place if the account can run it, else from a copy of its ``trees``.

        The trees share one parent, and keep their places beside each other.
        """
        if self.reaches(program):
            return program
        parent = None
        for tree in trees:
            parent = tree.parent
            copy = folder / tree.name
            if not copy.exists():
                shutil.copytree(tree, copy, symlinks=True, ignore=shutil.ignore_patterns("*.pyc"))
                _open_to_all(copy)
        assert parent is not None
        return folder / program.relative_to(parent)


def current() -> Account:
    if os.geteuid() != 0:
        return Account(None)
    try:
        pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise ServiceError(
            f"Postgres refuses to run as root, and there is no user {UNPRIVILEGED!r} to run it as."
            " Run as an ordinary user."
        ) from None
    return Account(UNPRIVILEGED)


def _open_to_all(copy: Path) -> None:
    """pip may have installed under a closed umask; wheels may have lost their executable bits."""
    for folder, _, files in os.walk(copy):
        os.chmod(folder, 0o755)
        for name in files:
            os.chmod(Path(folder, name), 0o755)
