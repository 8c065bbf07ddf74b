"""Copier's defaults for what archgen decides: the advice for default requirements.

python -m archgen.copier_defaults > blueprints/questions/decision.yml
"""

from __future__ import annotations

from typing import Any

import yaml

from archgen.advisor import advise
from archgen.requirements import parse

HEADER = "# Written by `python -m archgen.copier_defaults`; do not edit.\n"


def questions() -> dict[str, dict[str, Any]]:
    """The Copier questions; asked ones, so that their answers are stored and survive updates."""
    architecture = advise(parse({}))
    return {
        "requirements": _asked(
            "What must the service withstand? (as archgen asked it)",
            architecture.requirements.answers(),
        ),
        "overrides": _asked("Which choices were made against the advice?", {}),
        "decisions": _asked("Which choices were made, and why?", architecture.decisions()),
        "sizing": _asked("Which sizes differ from the defaults?", {}),
        "size_defaults": {"type": "yaml", "when": False, "default": architecture.sizing()},
    }


def text() -> str:
    """The question file's content."""
    return HEADER + "\n".join(
        yaml.safe_dump({name: question}, sort_keys=False, allow_unicode=True, width=100)
        for name, question in questions().items()
    )


def _asked(prompt: str, default: Any) -> dict[str, Any]:
    return {"type": "yaml", "multiline": True, "help": prompt, "default": default}


if __name__ == "__main__":
    print(text(), end="")
