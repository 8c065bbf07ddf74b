"""Run the user's command: its signals passed on once, its exit code returned."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType

from archgen.errors import CommandNotFound
from archgen.services.node import PROGRAMS
from archgen.services.supervisor import GRACE_S, POLL_S

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

    ``end_too`` is told what to end should this process be killed.
    """
    command = _Command()
    with _handling(command.handle):
        command.start(argv, env)
        end_too(command.process.pid if command.shares_group else -command.process.pid)
        code = command.wait()
        end_too(None)
    return code if code >= 0 else 128 - code


class _Command:
    """In the foreground of a terminal it shares our process group, for job control, and Ctrl-C
    reaches both: that is not passed on again. Elsewhere it has a group of its own, so that a signal
    to our group reaches it only through us.
    """

    process: subprocess.Popen[bytes]

    def __init__(self) -> None:
        self.shares_group = _in_foreground()
        self._early: list[int] = []
        self._deliver: Callable[[int], None] = self._early.append
        self._passed = False

    def start(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            argv,
            executable=shutil.which(argv[0], path=env["PATH"]),
            env=env,
            process_group=None if self.shares_group else 0,
        )
        self._deliver = self.process.send_signal
        for number in self._early:
            self._deliver(number)

    def handle(self, number: int, frame: FrameType | None) -> None:
        if not (number in FROM_THE_KEYBOARD and _in_foreground()):
            self._passed = True
            self._deliver(number)
        elif not self.shares_group:  # brought to the foreground since
            self._signal_group(number)

    def wait(self) -> int:
        code = self.process.wait()
        if self._passed and not self.shares_group:
            self._end_group()  # a shell or npm that a signal ends leaves its children
        return code

    def _end_group(self) -> None:
        """Let what is left of the command end before the services that it uses."""
        deadline = time.monotonic() + GRACE_S
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
            while time.monotonic() < deadline:
                time.sleep(POLL_S)
                os.killpg(self.process.pid, 0)
            os.killpg(self.process.pid, signal.SIGKILL)

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


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
