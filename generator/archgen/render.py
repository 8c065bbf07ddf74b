"""Architecture → Copier data → repository, atomically.

The repository is built and committed in a hidden folder beside the target and moved in when it
is complete, so that no failure leaves half of one.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archgen import brief, git
from archgen.advisor import Architecture
from archgen.errors import InvalidAnswers, RenderFailed, TargetNotEmpty
from archgen.source import Source, template_root

# The strictest of npm, Docker, Kubernetes (DNS label) and Windows; copier.yml's validator agrees.
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NAME_LENGTH = 50
WINDOWS_RESERVED = frozenset(
    ("aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)
# Topics that are questions of their own, beside the blueprint (blueprints/questions/).
OPTIONS = ("queue_store", "caching", "partitioning", "database", "event_bus", "write_model")
ANSWERS_FILE = ".copier-answers.yml"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Rendered:
    path: Path
    files: tuple[str, ...]
    """Paths relative to the repository, with forward slashes, sorted."""
    commit: str | None
    notices: tuple[str, ...]


def check_name(name: str) -> None:
    """Raise InvalidAnswers unless ``name`` can name an npm package, an image and a Service."""
    if not NAME.fullmatch(name) or len(name) > NAME_LENGTH or name in WINDOWS_RESERVED:
        suggestion = "-".join(re.findall(r"[a-z0-9]+", name.lower())).lstrip("0123456789-")
        suggestion = suggestion[:NAME_LENGTH].rstrip("-")
        usable = suggestion not in WINDOWS_RESERVED | {"", name}
        hint = f" For example: {suggestion}" if usable else ""
        raise InvalidAnswers(
            [
                f"name {name!r}: must be a valid npm, Docker and Kubernetes name: lower-case"
                f" letters, digits and single hyphens, a letter first, at most {NAME_LENGTH}"
                f" characters.{hint}"
            ]
        )


def check_target(target: Path) -> None:
    """Raise TargetNotEmpty unless ``target`` is absent, empty, or holds only a ``.git``."""
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir():
        raise TargetNotEmpty(f"{target} is there and is no folder. Give another --dest.")
    inside = sorted(entry.name for entry in target.iterdir() if entry.name != ".git")
    if inside:
        shown = ", ".join(inside[:3]) + (", …" if len(inside) > 3 else "")
        raise TargetNotEmpty(
            f"{target} is not empty ({shown}). Nothing was changed. Give another --dest,"
            " or empty it first."
        )


def copier_data(architecture: Architecture, name: str) -> dict[str, Any]:
    """The answers that Copier stores: plain values, so that updates re-render the same numbers."""
    return {
        "service_name": name,
        **{topic: architecture.rendered[topic] for topic in ("blueprint", *OPTIONS)},
        "requirements": dict(architecture.requirements),
        "overrides": dict(architecture.overrides),
        "prices": dict(architecture.prices),
        "brief": brief.answer(architecture),
        "sizing": architecture.sizing(),
    }


def preview(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The files a rendering would write; nothing stays on the disk."""
    with tempfile.TemporaryDirectory(prefix="archgen-") as scratch:
        _copy(data, Path(scratch))
        return _files(Path(scratch))


def render(
    data: Mapping[str, Any],
    target: Path,
    source: Source,
    *,
    commit: bool = True,
    progress: Progress = lambda step: None,
) -> Rendered:
    """Render ``data`` into ``target`` and commit it.

    Raises TargetNotEmpty (the target untouched) and RenderFailed (a full disk, a failing git).
    """
    check_target(target)
    with _beside(target) as build:
        progress("Rendering the repository")
        _copy(data, build)
        _stamp(build / ANSWERS_FILE, source)
        files = _files(build)
        notices = [source.notice] if source.notice else []
        sha = None
        if commit:
            progress(f"Committing {len(files)} files")
            made = git.commit_all(build, target / ".git", f"Start {data['service_name']}")
            sha = made.sha
            notices += made.notices
        check_target(target)  # it may have been filled meanwhile
        _move_in(build, target)
    return Rendered(target, files, sha, tuple(notices))


def _copy(data: Mapping[str, Any], folder: Path) -> None:
    from copier import run_copy
    from copier.errors import CopierError, DirtyLocalWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DirtyLocalWarning)  # a checkout is rendered as it stands
        try:
            run_copy(
                str(template_root()),
                folder,
                data=dict(data),
                defaults=True,
                overwrite=True,
                quiet=True,
                vcs_ref="HEAD",
            )
        except CopierError as error:
            raise RenderFailed(f"Copier could not render the template: {error}") from error


def _files(folder: Path) -> tuple[str, ...]:
    return tuple(
        sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    )


def _stamp(answers: Path, source: Source) -> None:
    """State the update source instead of the bundled templates' path."""
    import yaml

    stated = {"_commit": source.ref, "_src_path": source.url} if source.updatable else {}
    lines = answers.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("_commit:", "_src_path:"))]
    header = [line for line in kept if line.startswith("#")]
    answers.write_text(
        "".join([*header, yaml.safe_dump(stated) if stated else "", *kept[len(header) :]])
    )


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A locked folder beside ``target``, on its file system; removed unless it was moved in."""
    missing = [folder for folder in target.parents if not folder.exists()]
    prefix = f".{target.name}.archgen-"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent, prefix)
        outer = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
        lock = os.open(outer, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            build = outer / "build"
            build.mkdir()
            yield build
        finally:
            shutil.rmtree(outer, ignore_errors=True)
            os.close(lock)
    except OSError as error:
        raise RenderFailed(
            f"{target} could not be written: {error.strerror or error}. Nothing was left there."
        ) from error
    finally:
        for folder in missing:  # innermost first; rmdir leaves what is in use
            with suppress(OSError):
                folder.rmdir()


def _sweep(parent: Path, prefix: str) -> None:
    """Remove what a killed run left here: its lock died with it."""
    for left in parent.glob(f"{prefix}*"):
        lock = os.open(left, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(left, ignore_errors=True)
        finally:
            os.close(lock)


def _move_in(build: Path, target: Path) -> None:
    """One rename where the target is absent; else entry by entry, taken back on an error."""
    if not target.exists():
        build.rename(target)
        return
    moved: list[Path] = []
    try:
        for entry in sorted(build.iterdir()):
            entry.rename(target / entry.name)
            moved.append(target / entry.name)
    except BaseException:
        for entry in moved:
            entry.rename(build / entry.name)
        raise
