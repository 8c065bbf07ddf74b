"""The image as its Dockerfile says, built into a folder without Docker, by this machine's Node."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath


@dataclass
class Stage:
    """What is below ``root`` is the stage's file system, but for the base image's."""

    base: str
    root: Path
    env: dict[str, str] = field(default_factory=dict)
    workdir: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    user: str = "root"
    command: list[str] = field(default_factory=list)

    def at(self, path: str | PurePosixPath) -> Path:
        return self.root / (self.workdir / path).relative_to("/")

    @property
    def folder(self) -> Path:
        """Where its command runs."""
        return self.at(self.workdir)


def build(repository: Path, folder: Path, env: Mapping[str, str]) -> Stage:
    """The last stage. Instructions that it does not know are an error."""
    stages: dict[str, Stage] = {}
    for number, (word, rest) in enumerate(instructions(repository / "Dockerfile")):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stage = stages[name] = Stage(base, folder / f"stage-{number}")
        else:
            run_instruction(stage, word, rest, repository, stages, env)
    return stage


def run_instruction(
    stage: Stage,
    word: str,
    rest: str,
    repository: Path,
    stages: Mapping[str, Stage],
    env: Mapping[str, str],
) -> None:
    match word:
        case "WORKDIR":
            stage.workdir = stage.workdir / rest
            stage.folder.mkdir(parents=True)
        case "COPY":
            *options, target = shlex.split(rest)
            origin, *sources = options if options[0].startswith("--from=") else ["", *options]
            copy(
                [
                    stages[origin.removeprefix("--from=")].at(source)
                    if origin
                    else from_context(repository, source)
                    for source in sources
                ],
                stage.at(target),
            )
        case "RUN":
            subprocess.run(
                shlex.split(rest), cwd=stage.folder, env={**env, **stage.env}, check=True
            )
        case "ENV":
            stage.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        case "USER":
            stage.user = rest
        case "CMD":
            stage.command = json.loads(rest)
        case "EXPOSE":
            pass
        case _:
            raise NotImplementedError(word)


def copy(sources: list[Path], target: Path) -> None:
    """As COPY does: of a folder its content, to a name that is new or, of several, a folder's."""
    for source in sources:
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy2(source, target)


def from_context(repository: Path, source: str) -> Path:
    """What .dockerignore, a list of exceptions from everything, leaves in the build's context."""
    lines = (repository / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert source in kept, f"{source} is not in the context"
    return repository / source


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    for line in dockerfile.read_text().replace("\\\n", " ").splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, rest.strip()
