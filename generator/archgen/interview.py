"""Asks the questionnaire in a terminal; knows nothing of any single question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from textwrap import fill
from typing import Any

import questionary
import yaml
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings

from archgen.errors import Interrupted
from archgen.requirements import Question, questions, validate_one

BACK = object()
COLUMNS = 79
ESCAPE_S = 0.05  # how long a lone Esc waits to be the start of an arrow key's sequence
KEYS = "Enter accepts, Esc goes back, Ctrl-C leaves nothing behind."


class Verdict(Enum):
    RENDER = "Render it"
    CHANGE = "Change an answer"
    QUIT = "Leave without writing anything"


def ask(known: Mapping[str, Any], *, every: bool) -> dict[str, Any]:
    """``known`` completed by the user: the core questions, or every one.

    What is known is offered as the default. Raises Interrupted on Ctrl-C and Ctrl-D.
    """
    asked = [question for question in questions() if every or question.page == "core"]
    questionary.print(KEYS, style="fg:ansibrightblack")
    answers = dict(known)
    position = 0
    while position < len(asked):
        question = asked[position]
        answer = _ask_one(question, f"{position + 1}/{len(asked)}", answers)
        if answer is BACK:
            position = max(0, position - 1)
            continue
        answers[question.name] = answer
        position += 1
    return answers


def confirm(target: str) -> Verdict:
    """What to do with the brief that was just shown."""
    prompt = questionary.select(
        f"Render {target}?",
        choices=[questionary.Choice(verdict.value, verdict) for verdict in Verdict],
        instruction=" ",
    )
    answer = _run(prompt)
    return Verdict.CHANGE if answer is BACK else answer


def _ask_one(question: Question, place: str, answers: Mapping[str, Any]) -> Any:
    default = answers.get(question.name, question.default(answers))
    unit = f" ({question.unit})" if question.unit else ""
    message = f"{place} {question.prompt}{unit}"
    questionary.print("\n" + fill(question.help, COLUMNS), style="fg:ansibrightblack")
    if question.kind in ("choice", "boolean"):
        return _run(
            questionary.select(message, _choices(question), default=default, instruction=" ")
        )
    if question.kind == "multichoice":
        return _run(_checkbox(message, question, default))
    answer = _run(questionary.text(message, default=_shown(default), validate=_validator(question)))
    return answer if answer is BACK else yaml.safe_load(answer)


def _choices(question: Question) -> list[questionary.Choice]:
    if question.kind == "boolean":
        return [questionary.Choice("no", False), questionary.Choice("yes", True)]
    return [questionary.Choice(choice, choice) for choice in question.choices]


def _checkbox(message: str, question: Question, default: Sequence[str]) -> questionary.Question:
    choices = [questionary.Choice(item, item, checked=item in default) for item in question.choices]
    return questionary.checkbox(message, choices, instruction="(Space marks)")


def _shown(default: float) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)


def _validator(question: Question) -> Any:
    def validate(text: str) -> bool | str:
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError:
            value = text
        return validate_one(question.name, value) or True

    return validate


def _run(prompt: questionary.Question) -> Any:
    """The answer, or BACK when Esc was pressed."""
    keys = KeyBindings()

    @keys.add("escape", eager=True)
    def go_back(event: KeyPressEvent) -> None:
        event.app.exit(result=BACK)

    application = prompt.application
    application.key_bindings = merge_key_bindings([application.key_bindings or KeyBindings(), keys])
    application.ttimeoutlen = ESCAPE_S
    try:
        return prompt.unsafe_ask()
    except (KeyboardInterrupt, EOFError) as stop:
        raise Interrupted("Interrupted. Nothing was left behind.") from stop
