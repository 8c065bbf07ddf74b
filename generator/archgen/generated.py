"""Every file of this repository that is written by a program: its path and its content.

    python -m archgen.generated

writes them all; a test compares them with what is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import yaml

from archgen import brief, presets, reference, render, source
from archgen.advisor import advise
from archgen.cli.schema import WHAT, schema
from archgen.requirements import parse

_SCRIPT = "# Written by `python -m archgen.generated`; do not edit.\n"


def contents() -> dict[str, Callable[[], str]]:
    """Path below the repository's root to what makes its content."""
    pages = {
        "questions": reference.questions_page,
        "rules": reference.rules_page,
        "formulas": reference.formulas_page,
        "limits": reference.limits_page,
        "prices": reference.prices_page,
    }
    return {
        "blueprints/questions/decision.yml": copier_questions,
        **{f"docs/reference/{name}.md": page for name, page in pages.items()},
        **{f"docs/reference/{what}.schema.json": _schema(what) for what in WHAT},
        **{f"docs/examples/{name}.md": _example(name) for name in presets.names()},
    }


def copier_questions() -> str:
    """Copier's defaults for what archgen decides: the advice for default requirements.

    Asked questions, so that their answers are stored and survive updates.
    """
    data = render.copier_data(advise(parse({})), "")
    stored = {
        name: {"type": "yaml", "multiline": True, "help": text, "default": data[name]}
        for name, text in _STORED.items()
    }
    stored["sizing"]["default"] = {}
    stored["brief"]["default"] = _BRIEF
    hidden = {
        f"{name}_defaults": {"type": "yaml", "when": False, "default": data[source]}
        for name, source in _HIDDEN.items()
    }
    return _SCRIPT + "\n".join(
        yaml.safe_dump({name: question}, sort_keys=False, allow_unicode=True, width=100)
        for name, question in {**hidden, **stored}.items()
    )


# Other requirements were decided on otherwise; without archgen nobody can say how.
_BRIEF = (
    "{{ (brief_defaults if requirements == requirement_defaults"
    " and not overrides and not prices else {}) | to_json }}"
)
_HIDDEN = {"requirement": "requirements", "brief": "brief", "size": "sizing"}
_STORED = {
    "requirements": "What must the service withstand? (as archgen asked it)",
    "overrides": "Which choices were made against the advice?",
    "prices": "Which prices stand in place of or beside the listed ones?",
    "brief": "What was decided, and why?",
    "sizing": "Which sizes differ from the defaults?",
}


def _schema(what: str) -> Callable[[], str]:
    return lambda: json.dumps(schema(what), indent=2, ensure_ascii=False) + "\n"


def _example(name: str) -> Callable[[], str]:
    return lambda: brief.to_markdown(advise(parse(presets.load(name))), name)


def write(root: Path) -> None:
    for path, content in contents().items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content(), "utf-8")


if __name__ == "__main__":
    write(source.template_root())
