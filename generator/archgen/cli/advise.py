"""archgen advise: the brief alone."""

from __future__ import annotations

import argparse

from archgen.cli import inputs


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "advise",
        help="decide an architecture and say why",
        description="Decide an architecture for requirements, with reasons and numbers.",
    )
    inputs.add_arguments(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    form.add_argument("--json", action="store_true", help="the same as --format json")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    args.json = args.json or args.format == "json"  # errors too are then one JSON document
    answers, chosen = inputs.collect(args)

    from archgen import advisor, brief, requirements

    architecture = advisor.advise(requirements.parse(answers), chosen)
    form = brief.FORMATS["json" if args.json else args.format]
    print(form(architecture), end="")
    return 0
