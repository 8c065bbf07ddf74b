"""archgen schema: the JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

import argparse
from typing import Any

WHAT = {
    "requirements": "the answers (--answers)",
    "prices": "a price file (--prices)",
    "brief": "what advise --json prints",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "schema",
        help="print a JSON Schema",
        description="JSON Schema 2020-12 of " + "; ".join(f"{k}: {v}" for k, v in WHAT.items()),
    )
    parser.add_argument("what", nargs="?", choices=WHAT, default="requirements")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import json

    print(json.dumps(schema(args.what), indent=2, ensure_ascii=False))
    return 0


def schema(what: str) -> dict[str, Any]:
    """The schema of one of WHAT."""
    if what == "brief":
        from archgen.brief import schema as of_brief

        return of_brief()
    if what == "prices":
        from archgen.advisor.prices import json_schema as of_prices

        return of_prices()
    from archgen.requirements import json_schema

    return json_schema()
