"""The command line: one module a command, no logic here beyond parsing and printing."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from archgen.cli import advise, new, schema, services
from archgen.errors import ArchgenError, Interrupted, InvalidAnswers

EXIT_CODES = """\
exit codes:
  0 done · 1 unexpected · 2 usage · 3 invalid answers · 4 target not empty
  5 conflict · 6 update available · 7 template source unreachable
  130 interrupted"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is the documented one, never a traceback."""
    if sys.stdin is None:  # closed by the caller; nobody to ask and nothing to read
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - lives as long as we do
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # a code page of Windows has no µ and no ≥
    args = parser().parse_args(argv)
    as_json = getattr(args, "json", False)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as it is under nohup
            signal.signal(number, _interrupt)
    try:
        return args.run(args)
    except ArchgenError as error:
        return _report(error, as_json)
    except KeyboardInterrupt:
        return _report(Interrupted("Interrupted. Nothing was left behind."), as_json)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        if args.debug:
            raise
        again = "This is a defect of archgen: please report it, with the output of --debug."
        return _report(ArchgenError(f"{type(error).__name__}: {error}\n{again}"), as_json)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="archgen",
        description="From what a backend must withstand to a repository that runs.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and its commit")
    top.add_argument("--debug", action="store_true", help="show the traceback of a defect")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (new, advise, schema, services):
        command.register(commands)
    return top


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from archgen import source

        build = source.build()
        print(f"archgen {build.version} ({build.tag or build.commit or 'unknown commit'})")
        parser.exit()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _report(error: ArchgenError, as_json: bool) -> int:
    if as_json:
        problem = {"code": error.exit_code, "message": str(error)}
        if isinstance(error, InvalidAnswers):
            problem["problems"] = list(error.problems)
        print(json.dumps({"error": problem}, indent=2, ensure_ascii=False))
    else:
        print(f"archgen: {error}", file=sys.stderr)
    return error.exit_code
