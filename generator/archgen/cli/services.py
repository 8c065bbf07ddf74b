"""``archgen services -- CMD``: throwaway services for as long as a command runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from archgen.errors import UsageError

DESCRIPTION = """\
Starts throwaway services on free ports of 127.0.0.1, without Docker, runs CMD with
their URLs in its environment and Node 24 on its PATH, and ends them with it. The
exit code is CMD's, or 128 + n if signal n ended it."""


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "services",
        help="run a command with throwaway Postgres, Redis, Kafka, RabbitMQ and Node",
        usage="archgen services [-h] [--with LIST] [--keep DIR] -- CMD ...",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--with",
        dest="names",
        metavar="LIST",
        help="some of postgres,replica,redis,kafka,rabbitmq, or none"
        " (default: what the repository in the current folder needs)",
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="hold data between runs (Kafka's is in memory)"
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="CMD", help="what to run")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from archgen import services
    from archgen.services import command

    argv = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not argv:
        raise UsageError("No command given: archgen services -- npm run dev")
    command.check(argv[0])
    names = services.needs(Path.cwd()) if args.names is None else services.parse(args.names)
    with services.start(names, args.keep) as running:
        return command.run(argv, running.environment(), running.session.end_too)
