"""Run the user's command: its signals passed on once, its exit code returned."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType

from archgen.errors import CommandNotFound
from archgen.services.node import PROGRAMS

PASSED_ON = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
    *(signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2),
)
FROM_THE_KEYBOARD = {signal.SIGINT, signal.SIGQUIT}


def check(name: str) -> None:
    """Raise CommandNotFound, before anything starts, for what neither PATH has nor Node brings."""
    if name not in PROGRAMS and shutil.which(name) is None:
        raise CommandNotFound(f"{name}: no such command on PATH.")


def run(argv: Sequence[str], env: Mapping[str, str], end_too: Callable[[int | None], None]) -> int:
    """The command's exit code, 128 + n when signal n ended it.

    In the foreground of a terminal the command shares our process group, for job control, and
    Ctrl-C reaches both: it is not passed on again. Elsewhere it has a group of its own, so that a
    signal to our group reaches it only through us. ``end_too`` is told what to end should we be
    killed.
    """
    shared = _in_foreground()
    received: list[int] = []
    deliver = received.append

    def handle(number: int, frame: FrameType | None) -> None:
        if not (shared and number in FROM_THE_KEYBOARD):
            deliver(number)

    with _handling(handle):
        process = subprocess.Popen(
            argv,
            executable=shutil.which(argv[0], path=env["PATH"]),
            env=env,
            process_group=None if shared else 0,
        )
        deliver = process.send_signal
        for number in received:
            deliver(number)
        end_too(process.pid if shared else -process.pid)
        code = process.wait()
        end_too(None)
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def _handling(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """What is ignored (as under nohup) stays ignored."""
    before = {number: signal.getsignal(number) for number in PASSED_ON}
    handled = [number for number in PASSED_ON if before[number] is not signal.SIG_IGN]
    for number in handled:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])


def _in_foreground() -> bool:
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
