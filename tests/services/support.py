"""``archgen services`` as a user runs it, and waiting for what it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

import archgen

SOURCE = Path(archgen.__file__).parents[1]
PATIENCE_S = 30.0


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"not in {PATIENCE_S:g} s: {what}"
        time.sleep(0.02)


class Services:
    """Runs the command line; every process it leads to has ``base`` in its arguments or folder."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.env = {**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(base)}

    def argv(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "archgen", "services", *map(str, arguments)]

    def run(self, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        options = {"env": self.env, "capture_output": True, "text": True, **options}
        return subprocess.run(self.argv(*arguments), check=False, start_new_session=True, **options)

    def popen(self, *arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(*arguments),
            env=self.env,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # away from the terminal that the tests may run in
        )

    def processes(self) -> list[psutil.Process]:
        return [one for one in psutil.process_iter() if str(self.base) in _traces(one)]

    def wait_for_end(self) -> None:
        until(lambda: not self.processes(), "every process ended")

    def assert_nothing_left(self) -> None:
        self.wait_for_end()
        until(lambda: not [*self.base.glob("archgen-*")], "the temporary folder removed")


def _traces(process: psutil.Process) -> str:
    try:
        return " ".join([process.cwd(), *process.cmdline()])
    except psutil.Error:
        return ""
