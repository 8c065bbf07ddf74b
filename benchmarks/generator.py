"""``archgen new`` beside ``copier copy`` of the same tree and answers, ``archgen --help``, and what
``archgen advise`` with all its flips adds to that.

    python benchmarks/generator.py [--runs N]

Each run is a whole process; pairs are interleaved. archgen runs as it does from a wheel: from
a copy installed without its checkout. Prints medians with their range, and the paired ratio.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
PRESET = "document-ai"
RATIO_GOAL, HELP_GOAL_S, ADVISE_GOAL_S = 1.2, 0.25, 0.2
Task = Callable[[Path], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="archgen-bench-") as scratch:
        bench(Path(scratch), runs)


def bench(scratch: Path, runs: int) -> None:
    package = scratch / "package"
    pip = [sys.executable, "-m", "pip", "--quiet", "install", "--no-deps", "--target", str(package)]
    subprocess.run([*pip, str(ROOT)], check=True)
    archgen = _process([sys.executable, "-m", "archgen"], package)
    copier = _process([sys.executable, "-m", "copier"], package)
    git = _process(["git"], package)

    def new(folder: Path) -> None:
        archgen(folder, "new", "service", "--preset", PRESET, "--yes")

    def new_without_git(folder: Path) -> None:
        archgen(folder, "new", "service", "--preset", PRESET, "--yes", "--no-git")

    archgen(scratch, "new", "model", "--preset", PRESET, "--yes", "--no-git")
    answers = scratch / "answers.yml"
    rendered = (scratch / "model" / ".copier-answers.yml").read_text().splitlines(keepends=True)
    answers.write_text("".join(line for line in rendered if not line.startswith(("_", "#"))))
    template = package / "archgen" / "_template"

    def copy(folder: Path) -> None:
        copier(folder, "copy", "--defaults", "--data-file", answers, template, "service")

    def copy_and_commit(folder: Path) -> None:
        copy(folder)
        service = folder / "service"
        git(service, "init", "--quiet")
        git(service, "add", "--all")
        git(service, "commit", "--quiet", "--message", "Start")

    print(f"{runs} interleaved pairs, whole processes; median (fastest to slowest)\n")
    compare(scratch, runs, "archgen new --no-git", new_without_git, "copier copy", copy)
    compare(scratch, runs, "archgen new", new, "copier copy + git commit", copy_and_commit)
    help_times = [timed(scratch, lambda folder: archgen(folder, "--help")) for _ in range(runs)]
    print(f"archgen --help           {shown(help_times)}; goal ≤ {HELP_GOAL_S} s")
    flips(scratch, runs, archgen)


def flips(scratch: Path, runs: int, archgen: Callable[..., None]) -> None:
    """Print what the advice with all its flips adds to a start that reads the same modules."""
    advise = ("advise", "--preset", PRESET, "--json")
    start = ("advise", "--preset", PRESET, "--set", "engineers=0")  # refused before any advice
    pairs = [
        (
            timed(scratch, lambda folder: archgen(folder, *advise)),
            timed(scratch, lambda folder: archgen(folder, *start, fails=True)),
        )
        for _ in range(runs)
    ]
    print(f"archgen advise           {shown([mine for mine, _ in pairs])}")
    print(f"its start alone          {shown([base for _, base in pairs])}")
    added = median(mine - base for mine, base in pairs)
    print(f"all flips add            {added:.2f} s; goal ≤ {ADVISE_GOAL_S} s")


def compare(
    scratch: Path, runs: int, name: str, task: Task, base_name: str, baseline: Task
) -> None:
    """Print both medians and the median of the paired ratios."""
    pairs = [(timed(scratch, task), timed(scratch, baseline)) for _ in range(runs)]
    print(f"{name:24} {shown([mine for mine, _ in pairs])}")
    print(f"{base_name:24} {shown([base for _, base in pairs])}")
    ratio = median(mine / base for mine, base in pairs)
    print(f"{'ratio':24} {ratio:.2f}; goal ≤ {RATIO_GOAL}\n")


def timed(scratch: Path, task: Task) -> float:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        start = time.perf_counter()
        task(Path(folder))
        return time.perf_counter() - start


def shown(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def _process(command: Sequence[str], package: Path) -> Callable[..., None]:
    identity = {f"GIT_{role}_NAME": "bench" for role in ("AUTHOR", "COMMITTER")}
    identity |= {f"GIT_{role}_EMAIL": "bench@example.com" for role in ("AUTHOR", "COMMITTER")}
    environment = os.environ | identity | {"PYTHONPATH": str(package)}

    def run(folder: Path, *arguments: object, fails: bool = False) -> None:
        subprocess.run(
            [*command, *map(str, arguments)],
            cwd=folder,
            env=environment,
            check=not fails,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    return run


if __name__ == "__main__":
    main()
