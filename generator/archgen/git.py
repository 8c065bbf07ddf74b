"""The first commit of a rendered repository."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from archgen.errors import RenderFailed

OWN_IDENTITY = {
    "GIT_AUTHOR_NAME": "archgen",
    "GIT_AUTHOR_EMAIL": "archgen@localhost",
    "GIT_COMMITTER_NAME": "archgen",
    "GIT_COMMITTER_EMAIL": "archgen@localhost",
}
# Variables by which a hook or an outer git would point us at its repository.
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")


@dataclass(frozen=True)
class Commit:
    sha: str
    notices: tuple[str, ...]


def commit_all(tree: Path, existing: Path, message: str) -> Commit:
    """Commit all of ``tree``: into the repository ``existing`` if it is there, else a new one."""
    if existing.exists():
        repository = existing
    else:
        _git(tree, "init", "--quiet", "--initial-branch=main")
        repository = tree / ".git"
    at = (f"--git-dir={repository.absolute()}", f"--work-tree={tree.absolute()}")
    identity = {} if _has_identity(tree, at) else OWN_IDENTITY
    _git(tree, *at, "add", "--all")
    # A template's hooks and a passphrase prompt have no place in a generator's first commit.
    quiet = ("-c", "commit.gpgsign=false", "-c", f"core.hooksPath={os.devnull}")
    _git(tree, *at, *quiet, "commit", "--quiet", f"--message={message}", env=identity)
    notice = (
        "git has no identity here, so the first commit is by archgen <archgen@localhost>. Set"
        " yours with `git config user.name` and `user.email`, then"
        " `git commit --amend --reset-author --no-edit`."
    )
    return Commit(
        _git(tree, *at, "rev-parse", "HEAD").strip(), notices=(notice,) if identity else ()
    )


def _has_identity(tree: Path, at: tuple[str, ...]) -> bool:
    """Whether the user named an author; git's own guess from the host name does not count."""
    strict = ("-c", "user.useConfigOnly=true")
    return _run(tree, *at, *strict, "var", "GIT_COMMITTER_IDENT").returncode == 0


def _git(tree: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    done = _run(tree, *arguments, env=env)
    if done.returncode != 0:
        raise RenderFailed(f"git could not make the first commit: {done.stderr.strip()}")
    return done.stdout


def _run(
    tree: Path, *arguments: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key not in FOREIGN}
    try:
        return subprocess.run(
            ["git", "-C", str(tree), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=inherited | (env or {}),
        )
    except FileNotFoundError as error:
        raise RenderFailed("git is not installed; install it, or use --no-git.") from error
