"""Every error a user can see, each with its exit code.

0 done · 1 unexpected · 2 usage · 3 invalid answers · 4 target not empty · 5 conflict ·
6 update available · 7 template source unreachable · 130 interrupted
"""

from __future__ import annotations

from collections.abc import Sequence


class ArchgenError(Exception):
    """What went wrong, where, and what to do; shown without a traceback."""

    exit_code = 1


class UsageError(ArchgenError):
    exit_code = 2


class InvalidAnswers(ArchgenError):
    """One or more answers are wrong. ``problems`` holds all of them, a line each."""

    exit_code = 3

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class TargetNotEmpty(ArchgenError):
    exit_code = 4


class Interrupted(ArchgenError):
    """Ctrl-C, or a termination signal: nothing was left behind."""

    exit_code = 130


class RenderFailed(ArchgenError):
    """Nothing was left at the target; the message says what stopped it."""


class ServiceError(ArchgenError):
    """A throwaway service did not start; the message ends with its last log lines."""


class CommandNotFound(ArchgenError):
    """What ``archgen services`` was to run does not exist; the shell's exit code for that."""

    exit_code = 127
