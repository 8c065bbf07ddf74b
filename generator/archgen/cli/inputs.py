"""The inputs that `new` and `advise` share: preset, answers, single settings, overrides."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from archgen.errors import InvalidAnswers, UsageError

if TYPE_CHECKING:
    from archgen.advisor import Architecture


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--preset, --answers, --set, --prices and --choose."""
    group = parser.add_argument_group("requirements", "later ones win: preset, answers, set")
    group.add_argument("--preset", metavar="P", help="answers for a well-known case")
    group.add_argument("--answers", metavar="FILE|-", help="a YAML or JSON mapping; - reads stdin")
    group.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="one answer, in YAML"
    )
    group.add_argument("--prices", metavar="FILE", help="prices in place of or beside the listed")
    group.add_argument(
        "--choose",
        metavar="TOPIC=OPTION",
        action="append",
        default=[],
        help="an option against the advice",
    )


@dataclass(frozen=True)
class Inputs:
    """The answers given, the overrides, and the user's prices."""

    answers: dict[str, Any]
    chosen: dict[str, str]
    prices: dict[str, Any]

    def advise(self) -> Architecture:
        """The architecture for these; what is not answered takes its default."""
        from archgen import advisor, requirements

        return advisor.advise(requirements.parse(self.answers), self.chosen, self.prices)


def collect(args: argparse.Namespace) -> Inputs:
    """What was given, checked but for what depends on the whole.

    Raises UsageError for a form that cannot be read, InvalidAnswers with all problems of all.
    """
    from archgen import advisor, presets, requirements

    if args.answers == args.prices == "-":
        raise UsageError("--answers - --prices -: only one of them can read stdin.")
    answers: dict[str, Any] = presets.load(args.preset) if args.preset else {}
    answers |= _from_file("--answers", args.answers) if args.answers else {}
    answers |= {key: _value(text, f"--set {key}") for key, text in _pairs("--set", args.set)}
    chosen = dict(_pairs("--choose", args.choose))
    prices = dict(_from_file("--prices", args.prices)) if args.prices else {}
    problems = [
        *requirements.problems(answers),
        *advisor.override_problems(chosen),
        *advisor.price_problems(prices),
    ]
    if problems:
        raise InvalidAnswers(problems)
    return Inputs(answers, chosen, prices)


def _pairs(flag: str, given: Iterable[str]) -> Iterable[tuple[str, str]]:
    for text in given:
        key, equals, value = text.partition("=")
        if not (key and equals):
            raise UsageError(f"{flag} {text!r}: write it as {flag} name=value.")
        yield key.strip(), value.strip()


def _from_file(flag: str, name: str) -> Mapping[str, Any]:
    where = f"{flag} stdin" if name == "-" else f"{flag} {name}"
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{where} is not UTF-8 text: {error}.") from error
    value = _value(text, where)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UsageError(f"{where}: a mapping is wanted, key: value.")
    return value


def _value(text: str, where: str) -> Any:
    """JSON where it is JSON (YAML 1.1 reads its 1e3 as text), else YAML."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _yaml(text, where)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _yaml(text: str, where: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{where} is neither YAML nor JSON: {error or 'too deep'}") from error
