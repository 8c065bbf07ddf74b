"""The questionnaire: strict answers, all problems at once, one verdict with the JSON Schema."""

from __future__ import annotations

import os
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from archgen.errors import InvalidAnswers
from archgen.requirements import Question, json_schema, parse, problems, questions, validate_one

QUESTIONS = {question.name: question for question in questions()}


def test_the_core_page_has_five_questions() -> None:
    assert [question.name for question in questions() if question.page == "core"] == [
        "workload",
        "typical_operation_s",
        "peak_rps",
        "budget_usd_month",
        "knows",
    ]


def test_all_problems_come_at_once() -> None:
    with pytest.raises(InvalidAnswers) as caught:
        parse({"peak_rps": "50", "engineers": 0, "worklaod": "crud", "client_updates": ["fax"]})

    assert caught.value.problems == (
        'peak_rps: got "50" (text), wanted a number from 0.01 to 1000000 requests/s',
        "engineers: got 0, wanted a whole number from 1 to 10000 engineers",
        'client_updates: got ["fax"], wanted a list, each once, of polling, webhook, sse',
        "worklaod: no such question; did you mean workload?",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("peak_rps", True),
        ("peak_rps", None),
        ("peak_rps", float("nan")),
        ("peak_rps", 10**400),
        ("engineers", True),
        ("engineers", 2.5),
        ("history", "no"),
        ("history", 0),
        ("workload", "web"),
        ("knows", "redis"),
        ("knows", ["redis", "redis"]),
        ("client_updates", []),
    ],
)
def test_a_wrong_answer_is_refused_by_name(name: str, value: Any) -> None:
    message = validate_one(name, value)

    assert message is not None
    assert message.startswith(f"{name}: got ")


@pytest.mark.parametrize(
    ("name", "value"),
    [("peak_rps", 50), ("peak_rps", 0.5), ("engineers", 3.0), ("history", True), ("knows", [])],
)
def test_a_right_answer_is_taken(name: str, value: Any) -> None:
    assert validate_one(name, value) is None


def test_the_longest_operation_follows_the_typical_one() -> None:
    assert parse({}).longest_operation_s == 30
    assert parse({"typical_operation_s": 45}).longest_operation_s == 45
    assert QUESTIONS["longest_operation_s"].default({"typical_operation_s": 45}) == 45
    assert QUESTIONS["longest_operation_s"].default({"typical_operation_s": "?"}) == 30


def test_every_default_is_a_valid_answer() -> None:
    assert not problems({name: question.default({}) for name, question in QUESTIONS.items()})


def test_answers_are_plain_and_parse_to_the_same_requirements() -> None:
    need = parse({"knows": ["kafka"], "peak_rps": 2.5})

    assert need.answers()["knows"] == ["kafka"]
    assert parse(need.answers()) == need


def test_every_number_has_a_unit_in_the_schema() -> None:
    for name, schema in json_schema()["properties"].items():
        number = schema["type"] in ("number", "integer")
        assert number == ("x-unit" in schema and "minimum" in schema and "maximum" in schema), name
        assert schema["title"]
        assert schema["description"]


SEED = int(os.environ.get("ARCHGEN_SEED", "20261124"))
VALIDATOR = Draft202012Validator(json_schema())


def _sound(question: Question, random: Random) -> Any:
    low, high = question.minimum or 0, question.maximum or 0
    if question.kind == "multichoice":
        return random.sample(question.choices, random.randint(1, len(question.choices)))
    numbers = {
        "integer": random.choice([low, high, random.randint(int(low), int(high))]),
        "number": random.choice([low, high, random.uniform(low, high), int(high)]),
    }
    return numbers.get(question.kind, random.choice(question.choices or (True, False)))


def _wrong(question: Question, random: Random) -> Any:
    low, high = question.minimum or 0, question.maximum or 0
    several = [[*question.choices[:1]] * 2, ["fax"], "polling", {}]
    by_kind: dict[str, list[Any]] = {
        "integer": [low - 1, high + 1, low + 0.5, "5", True, 10**400],
        "number": [low - 1, high * 1.001, "5", True, [], 10**400],
        "boolean": [0, 1, "yes", "no"],
        "choice": ["", "None", 1, [question.choices[:1]]],
        "multichoice": several if question.name == "knows" else [*several, []],
    }
    return random.choice([None, *by_kind[question.kind]])


def _sample(random: Random, *, sound: bool) -> dict[str, Any]:
    """Answers to some of the questions, of which up to three are wrong."""
    asked = random.sample(sorted(QUESTIONS), random.randint(1, len(QUESTIONS)))
    answers = {name: _sound(QUESTIONS[name], random) for name in asked}
    if not sound:
        for name in random.sample(asked, min(len(asked), random.randint(1, 3))):
            wrong = random.random() < 0.9
            answers |= {name: _wrong(QUESTIONS[name], random)} if wrong else {f"{name}s": 1}
    return answers


def test_schema_and_model_agree_on_a_thousand_answers_of_which_half_are_invalid() -> None:
    random = Random(SEED)
    for sound in (True, False) * 500:
        answers = _sample(random, sound=sound)
        verdicts = VALIDATOR.is_valid(answers), not problems(answers)
        assert verdicts == (sound, sound), (SEED, answers)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "none", "redis", "polling", "50"]),
    st.lists(st.sampled_from(["redis", "polling", "sse", "x"]), max_size=3),
)
ANSWERS = st.fixed_dictionaries({}, optional={name: JUNK for name in QUESTIONS} | {"extra": JUNK})


@given(ANSWERS)
def test_schema_and_model_give_the_same_verdict_on_junk(answers: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(answers) == (not problems(answers))
