"""Owns the processes and the temporary folder of one run, and ends them when its parent ends.

Run as a program of its own, in a session of its own. Standard input is a pipe whose other end only
the parent holds, so its end of file means the parent is gone, even by SIGKILL; nothing here depends
on the platform. A request is one JSON line on standard input, answered by one on standard output.
Only the standard library: it starts in isolated mode, without site-packages.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

GRACE_S = 10.0
POLL_S = 0.02


class Supervisor:
    """Each public method answers one kind of request."""

    def __init__(self) -> None:
        self._processes: dict[int, tuple[subprocess.Popen[bytes], int]] = {}
        self._command: int | None = None

    def spawn(
        self, argv: list[str], cwd: str, env: dict[str, str], user: str | None, log: str, stop: int
    ) -> dict[str, int]:
        """Start a process, by ``user`` if given, whose output is appended to ``log``."""
        with Path(log).open("ab") as output:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **_identity(user),
            )
        self._processes[process.pid] = (process, stop)
        return {"pid": process.pid}

    def poll(self, pid: int) -> dict[str, int | None]:
        return {"code": self._processes[pid][0].poll()}

    def command(self, target: int | None) -> dict[str, None]:
        """Also end ``target``, no child of ours; as in kill(2) a group if negative."""
        self._command = target
        return {}

    def stop(self) -> None:
        if self._command is not None:
            self._stop_command(self._command)
        running = [one for one in self._processes.values() if one[0].poll() is None]
        for process, stop in running:
            process.send_signal(stop)
            process.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + GRACE_S
        for process, _ in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _stop_command(self, target: int) -> None:
        deadline = time.monotonic() + GRACE_S
        with contextlib.suppress(ProcessLookupError):
            os.kill(target, signal.SIGTERM)
            while time.monotonic() < deadline:
                os.kill(target, 0)
                time.sleep(POLL_S)
            os.kill(target, signal.SIGKILL)


def _identity(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    import pwd

    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def serve(supervisor: Supervisor) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(getattr(supervisor, request.pop("do"))(**request))
        except (OSError, subprocess.SubprocessError) as error:
            answer({"error": str(error)})


def answer(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def lock(folder: str) -> int | None:
    """The lock on a kept folder, held until this process is gone; None when another holds it."""
    descriptor = os.open(Path(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    return descriptor


def main(base: str, keep: str | None = None) -> None:
    if keep is not None and lock(keep) is None:
        answer({"error": "another run is using it"})
        return
    folder = tempfile.mkdtemp(prefix="archgen-services-", dir=base)
    supervisor = Supervisor()
    try:
        os.chmod(folder, 0o711)  # servers under another account pass through
        answer({"folder": folder})
        serve(supervisor)
    except BrokenPipeError:
        pass  # the parent was gone before its answer
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _leave(number: int, frame: object) -> NoReturn:
    sys.exit()


if __name__ == "__main__":
    for stopping in STOPPING:
        signal.signal(stopping, _leave)
    main(*sys.argv[1:])
