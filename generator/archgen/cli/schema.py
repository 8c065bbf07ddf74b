"""archgen schema: the JSON Schema of the requirements."""

from __future__ import annotations

import argparse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("schema", help="print the JSON Schema of the requirements")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import json

    from archgen.requirements import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0
