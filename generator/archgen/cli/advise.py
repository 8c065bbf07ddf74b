"""archgen advise: the brief alone."""

from __future__ import annotations

import argparse
from typing import Any

from archgen.cli import inputs


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "advise",
        help="decide an architecture and say why",
        description="Decide an architecture for requirements, with reasons and numbers.",
    )
    inputs.add_arguments(parser)
    form = parser.add_mutually_exclusive_group()
    forms = ("text", "markdown", "json")
    form.add_argument("--format", choices=forms, default="text", action=_Format)
    form.add_argument("--json", action="store_true", help="the same as --format json")
    parser.set_defaults(run=run)


class _Format(argparse.Action):
    """`--format json` is `--json`, so that errors too are one JSON document."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        namespace.format = values
        namespace.json = values == "json"


def run(args: argparse.Namespace) -> int:
    architecture = inputs.collect(args).advise()

    from archgen import brief

    form = "json" if args.json else args.format
    if form == "text":
        brief.print_text(architecture)
    else:
        print(brief.FORMATS[form](architecture), end="")
    return 0
