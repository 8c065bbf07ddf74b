"""The reference pages of docs/: the questionnaire, the rules, the formulas and the constants.

Each function returns one page of Markdown.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any

from archgen.advisor import capacity
from archgen.advisor.constants import SOURCES
from archgen.advisor.numbers import shown
from archgen.advisor.prices import Entry, listed
from archgen.advisor.renders import nearest
from archgen.advisor.rules import RULES
from archgen.advisor.rules.rule import Option, Rule
from archgen.requirements import Question, questions

_HEADER = "<!-- Written by `python -m archgen.generated`; do not edit. -->"


def questions_page() -> str:
    rows = [_question(question) for question in questions()]
    return _page(
        "Questions",
        "What `archgen new` asks and `--set` and `--answers` take. Five are asked unless `--all` is"
        " given; `archgen schema` prints the same as JSON Schema.",
        _table(("key", "question", "answer", "default", "asked"), rows),
    )


def rules_page() -> str:
    return _page(
        "Rules",
        "How each topic is decided. Options stand in order of preference, unless the rule says"
        " otherwise; the first that fits is picked. `--choose TOPIC=OPTION` stands against it."
        " [Limits](limits.md) has the constants.",
        *(_rule(rule) for rule in RULES),
    )


def formulas_page() -> str:
    members = vars(capacity).items()
    own = [it for name, it in members if callable(it) and not name.startswith("_")]
    ordered = [it for it in own if getattr(it, "__module__", "") == capacity.__name__]
    return _page(
        "Formulas",
        "What the sizes are computed by. Rates are 1/s, times s.",
        *(_formula(function) for function in ordered),
    )


def limits_page() -> str:
    rows = [
        (f"`{name}`", shown(entry["value"]), entry.get("unit", ""), entry["source"], entry["date"])
        for name, entry in sorted(SOURCES.items())
    ]
    return _page(
        "Limits",
        "The advisor's constants. *judgement* marks what no measurement or publication backs: it is"
        " ours to argue about.",
        _table(("constant", "value", "unit", "source", "date"), rows),
    )


def prices_page() -> str:
    entries = listed().entries
    return _page(
        "Prices",
        "List prices without tax: AWS us-east-1, on demand, Linux, unless the item says otherwise."
        " `--prices FILE` replaces or adds entries by key, in the form of"
        " [prices.schema.json](prices.schema.json):",
        "```yaml\nusd-per-eur: {usd: 1.1, per: EUR, item: today's rate, date: 2026-11-24}\n```",
        _table(
            ("key", "price", "per", "item", "has", "date", "confidence"),
            [_price(key, entry) for key, entry in entries.items()],
        ),
    )


def _question(question: Question) -> tuple[str, ...]:
    default = shown(question.default({}))
    wanted = question.wanted.strip()
    asked = "always" if question.page == "core" else "`--all`"
    return f"`{question.name}`", f"{question.prompt} {question.help}", wanted, default, asked


def _rule(rule: Rule) -> str:
    module = _module(rule)
    limits = dict.fromkeys(re.findall(r'LIMIT\["(\w+)"\]', inspect.getsource(module)))
    used = f"\n\nConstants: {', '.join(f'`{name}`' for name in limits)}." if limits else ""
    rows = [_option(rule, option) for option in rule.options]
    table = _table(("option", "is", "what it costs to have", "rendered"), rows)
    return f"## {rule.topic}\n\n{module.__doc__}\n\n{table}{used}"


def _module(rule: Rule) -> ModuleType:
    return sys.modules[f"archgen.advisor.rules.{rule.topic}"]


def _option(rule: Rule, option: Option) -> tuple[str, ...]:
    rendered = nearest(rule.topic, option.name) == option.name
    return f"`{option.name}`", option.what, option.burden, "yes" if rendered else "not yet"


def _formula(function: Callable[..., Any]) -> str:
    names = ", ".join(inspect.signature(function).parameters)
    return f"## {function.__name__}({names})\n\n{inspect.getdoc(function)}"


def _price(key: str, entry: Entry) -> tuple[str, ...]:
    amount = f"{entry.eur} EUR" if entry.in_eur else f"{entry.usd} USD"
    has = ((entry.cores, "cores"), (entry.memory_gb, "GB"), (entry.disk_gb, "GB disk"))
    has_text = ", ".join(f"{value:g} {what}" for value, what in has if value)
    return f"`{key}`", amount, entry.per, entry.item, has_text, entry.date, entry.confidence


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", _HEADER, *parts)) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
