"""The parent's side of one run: the supervisor, whom the servers run as, where their data is."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archgen.errors import ServiceError
from archgen.services import supervisor
from archgen.services.account import Account

# Nothing of the user's environment may reach a server: it could redirect it (PGDATA, OTEL_…).
SERVER_ENV = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


class Session:
    """Starts and watches processes that end with this one, however it ends.

    ``folder`` is temporary; ``data`` is the kept folder, or the temporary one.
    """

    def __init__(self, account: Account, keep: Path | None = None) -> None:
        self.account = account
        if keep is not None:
            account.prepare(keep)
        program = [sys.executable, "-I", "-S", supervisor.__file__, str(account.temporary())]
        self._supervisor = subprocess.Popen(
            program if keep is None else [*program, str(keep)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
            text=True,
        )
        started = self._answer()
        if "error" in started:
            self.close()
            raise ServiceError(
                f"--keep {keep}: {started['error']}. Wait for it, or keep in another folder."
            )
        self.folder = Path(started["folder"])
        self.data = keep or self.folder
        self.password = _password(self.data / "password")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every process and remove the temporary folder; returns when that is done."""
        assert self._supervisor.stdin is not None
        self._supervisor.stdin.close()
        self._supervisor.wait()

    def spawn(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path,
        stop: int,
        env: Mapping[str, str] = SERVER_ENV,
    ) -> int:
        """Start a process by the servers' account and give its id."""
        answer = self._request(
            "spawn",
            argv=[str(part) for part in argv],
            cwd=str(self.folder),
            env=dict(env),
            user=self.account.name,
            log=str(log),
            stop=stop,
        )
        return answer["pid"]

    def poll(self, pid: int) -> int | None:
        """The exit code of a spawned process, negative for a signal; None while it runs."""
        return self._request("poll", pid=pid)["code"]

    def wait(self, pid: int) -> int:
        while (code := self.poll(pid)) is None:
            time.sleep(supervisor.POLL_S)
        return code

    def end_too(self, target: int | None) -> None:
        """Name a process (negative: a group) to end as well, should this process be killed."""
        self._request("command", target=target)

    def private_folder(self, path: Path) -> Path:
        path.mkdir(mode=0o700, exist_ok=True)
        self.account.give(path)
        return path

    def private_file(self, name: str, text: str) -> Path:
        """A file in the temporary folder that only the servers' account can read."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        self.account.give(path)
        return path

    def _request(self, do: str, **arguments: Any) -> dict[str, Any]:
        assert self._supervisor.stdin is not None
        try:
            print(json.dumps({"do": do, **arguments}), file=self._supervisor.stdin, flush=True)
        except BrokenPipeError:
            raise ServiceError("The services' supervisor was ended from outside.") from None
        answer = self._answer()
        if "error" in answer:
            raise ServiceError(f"Cannot start {arguments['argv'][0]}: {answer['error']}")
        return answer

    def _answer(self) -> dict[str, Any]:
        assert self._supervisor.stdout is not None
        line = self._supervisor.stdout.readline()
        if not line:
            raise ServiceError("The services' supervisor was ended from outside.")
        return json.loads(line)


def _password(path: Path) -> str:
    """Kept beside kept data: a superuser without one is open to every local account."""
    if not path.exists():
        new = path.with_name("password.new")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(18), encoding="utf-8")
        new.replace(path)
    return path.read_text(encoding="utf-8")
