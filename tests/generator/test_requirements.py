"""The questionnaire: strict answers, all problems at once, one verdict with the JSON Schema."""

from __future__ import annotations

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


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "none", "redis", "polling", "50"]),
    st.lists(st.sampled_from(["redis", "polling", "sse", "x"]), max_size=3),
)


def _sound(question: Question) -> st.SearchStrategy[Any]:
    low, high = question.minimum or 0, question.maximum or 0
    return {
        "integer": st.integers(int(low), int(high)),
        "number": st.floats(low, high),
        "boolean": st.booleans(),
        "choice": st.sampled_from(question.choices or ("",)),
        "multichoice": st.lists(st.sampled_from(question.choices or ("",)), unique=True),
    }[question.kind]


ANSWERS = st.fixed_dictionaries(
    {}, optional={name: _sound(q) | JUNK for name, q in QUESTIONS.items()} | {"extra": JUNK}
)


@given(ANSWERS)
def test_schema_and_model_give_the_same_verdict(answers: dict[str, Any]) -> None:
    assert Draft202012Validator(json_schema()).is_valid(answers) == (not problems(answers))
