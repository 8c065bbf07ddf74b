"""What a backend must withstand: the one source of the questionnaire.

Prompts, help, units, bounds, pages, defaults, the JSON Schema and every message derive from the
fields of `Requirements`. The model holds bounds of single fields only, so that schema and model
give the same verdict; contradictions between fields are findings of the advisor.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from archgen.errors import InvalidAnswers

Page = Literal["core", "more"]
Kind = Literal["integer", "number", "boolean", "choice", "multichoice"]
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Ask:
    """How a field is asked for; sits in the field's annotation."""

    prompt: str
    help: str
    unit: str = ""
    page: Page = "more"

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        unit = {"x-unit": self.unit} if self.unit else {}
        return {**handler(core_schema), "title": self.prompt, "description": self.help, **unit}


def _whole(value: object) -> object:
    """JSON Schema counts 3.0 as an integer, so the model does too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError("an option stands twice")
    return values


_WHOLE = BeforeValidator(_whole)  # after the bounds, or the JSON Schema loses them
_SEVERAL = (
    Field(strict=False, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_distinct),
)
Knows = Literal["nestjs", "fastify", "express", "redis", "rabbitmq", "kafka", "kubernetes"]
ClientUpdate = Literal["polling", "webhook", "sse"]


class Requirements(BaseModel):
    """What a backend must withstand."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    workload: Annotated[
        Literal["ai-jobs", "read-heavy", "event-stream", "crud"],
        Ask(
            "What does the service mostly do?",
            "ai-jobs: slow calls to a model; read-heavy: many reads, few writes; "
            "event-stream: events to other services; crud: records in and out.",
            page="core",
        ),
    ] = "ai-jobs"
    typical_operation_s: Annotated[
        float,
        Field(ge=0.001, le=86_400),
        Ask(
            "How long does the slow operation typically take?",
            "The mean of what a request sets off: an AI call, a report, an export.",
            "s",
            "core",
        ),
    ] = 10
    longest_operation_s: Annotated[
        float,
        Field(ge=0.001, le=86_400),
        Ask(
            "How long may it take at worst?",
            "Sets the deadline of a call. Default: 30, or the typical time if that is longer.",
            "s",
        ),
    ] = Field(default_factory=lambda answers: max(30, answers["typical_operation_s"]))
    compute_share: Annotated[
        float,
        Field(ge=0, le=100),
        Ask(
            "Which share of the operation computes in the worker itself?",
            "0: it waits for another service, as an AI call does; 100: video encoding, say.",
            "%",
        ),
    ] = 0
    peak_rps: Annotated[
        float,
        Field(ge=0.01, le=1_000_000),
        Ask(
            "How many HTTP requests arrive in the busiest second?",
            "All requests, also those that ask how a job is doing.",
            "requests/s",
            "core",
        ),
    ] = 50
    concurrent_users: Annotated[
        int,
        Field(ge=0, le=10_000_000),
        _WHOLE,
        Ask("How many users are connected at once?", "At the busiest time.", "users"),
    ] = 500
    jobs_per_minute: Annotated[
        float,
        Field(ge=0, le=1_000_000),
        Ask(
            "How many slow operations start in the busiest minute?",
            "Times their length, this sets the number of workers.",
            "jobs/min",
        ),
    ] = 60
    job_kb: Annotated[
        float,
        Field(ge=0, le=2_000),
        Ask(
            "How large are a job's input and result together?",
            "What the database stores of it; larger things belong into an object store.",
            "KB",
        ),
    ] = 4
    response_kb: Annotated[
        float,
        Field(ge=0, le=100_000),
        Ask("How large is an HTTP answer?", "On average; sets the traffic and the cache.", "KB"),
    ] = 2
    events_per_second: Annotated[
        float,
        Field(ge=0, le=10_000_000),
        Ask(
            "How many events are published in the busiest second?",
            "Events that other services consume; 0 if there are none.",
            "events/s",
        ),
    ] = 0
    event_consumers: Annotated[
        int,
        Field(ge=0, le=1_000),
        _WHOLE,
        Ask("How many services consume them?", "Each gets every event.", "services"),
    ] = 0
    event_bytes: Annotated[
        int,
        Field(ge=1, le=1_000_000),
        _WHOLE,
        Ask("How large is an event?", "On average, as it is sent.", "bytes"),
    ] = 500
    read_share: Annotated[
        float,
        Field(ge=0, le=100),
        Ask("Which share of the requests only reads?", "The rest writes.", "%"),
    ] = 80
    staleness_s: Annotated[
        float,
        Field(ge=0, le=2_592_000),
        Ask("How old may a read answer be?", "0: always current, so nothing is cached.", "s"),
    ] = 5
    data_gb: Annotated[
        float,
        Field(ge=0, le=1_000_000),
        Ask("How much data is there at the start?", "In the database.", "GB"),
    ] = 10
    growth_gb_month: Annotated[
        float,
        Field(ge=0, le=100_000),
        Ask("How much data is added each month?", "In the database.", "GB/month"),
    ] = 5
    p95_ms: Annotated[
        float,
        Field(ge=1, le=600_000),
        Ask(
            "How fast must 95 % of the requests be answered?",
            "A job's request is answered when the job is stored, not when it is done.",
            "ms",
        ),
    ] = 200
    job_wait_s: Annotated[
        float,
        Field(ge=0.1, le=86_400),
        Ask("How long may 95 % of the jobs wait for a worker?", "Until they start.", "s"),
    ] = 10
    availability: Annotated[
        float,
        Field(ge=90, le=99.999),
        Ask("How available must it be?", "99.9 % is 43 minutes of outage a month.", "%"),
    ] = 99.9
    job_loss: Annotated[
        Literal["none", "some"],
        Ask("May an accepted job get lost?", "In a crash of any part."),
    ] = "none"
    history: Annotated[
        bool,
        Ask(
            "Must every former state be reconstructable?",
            "An audited ledger, for example; an ordinary log of changes is not this.",
        ),
    ] = False
    budget_usd_month: Annotated[
        float,
        Field(ge=0, le=10_000_000),
        Ask(
            "What may running it cost a month?",
            "Servers, database, brokers; not the AI provider.",
            "USD/month",
            "core",
        ),
    ] = 500
    hosting: Annotated[
        Literal["managed", "self-hosted", "kubernetes"],
        Ask(
            "Where should it run?",
            "managed: a cloud's containers and databases; self-hosted: own boxes.",
        ),
    ] = "managed"
    engineers: Annotated[
        int,
        Field(ge=1, le=10_000),
        _WHOLE,
        Ask("How many engineers build and run it?", "Those who are on call for it.", "engineers"),
    ] = 3
    knows: Annotated[
        tuple[Knows, ...],
        *_SEVERAL,
        Ask("What has the team already run in production?", "Any of these; or none.", page="core"),
    ] = ()
    search: Annotated[
        Literal["none", "full-text", "semantic"],
        Ask("Which search does it offer?", "semantic: by meaning, with vectors."),
    ] = "none"
    vectors: Annotated[
        int,
        Field(ge=0, le=10_000_000_000),
        _WHOLE,
        Ask("How many vectors does it hold?", "For semantic search.", "vectors"),
    ] = 0
    vector_dimensions: Annotated[
        int,
        Field(ge=1, le=16_000),
        _WHOLE,
        Ask("How many dimensions has a vector?", "That of the embedding model.", "dimensions"),
    ] = 1536
    searches_per_second: Annotated[
        float,
        Field(ge=0, le=1_000_000),
        Ask(
            "How many searches arrive in the busiest second?",
            "Of the requests above. Default: a tenth of them.",
            "searches/s",
        ),
    ] = Field(default_factory=lambda answers: answers["peak_rps"] / 10)
    client_updates: Annotated[
        tuple[ClientUpdate, ...],
        Field(min_length=1),
        *_SEVERAL,
        Ask(
            "How can clients learn that a job is done?",
            "polling: they ask; webhook: we call them; sse: an open stream.",
        ),
    ] = ("polling", "webhook")
    retention_days: Annotated[
        int,
        Field(ge=1, le=3_650),
        _WHOLE,
        Ask("How long are finished jobs kept?", "Then they are deleted.", "days"),
    ] = 30

    def answers(self) -> dict[str, Any]:
        """All fields as plain YAML and JSON values; whole numbers without a decimal point."""
        return {name: _plain(value) for name, value in self}

    def with_answer(self, name: str, value: Any) -> Requirements:
        """The same but for one answer, which must be valid; defaults that derive follow it."""
        values = {**self.__dict__, name: value}
        for other, derive in _DERIVED.items():
            if other != name and other not in self.model_fields_set:
                values[other] = derive(values)
        return self.model_construct(self.model_fields_set | {name}, **values)


_DERIVED: dict[str, Any] = {
    name: info.default_factory
    for name, info in Requirements.model_fields.items()
    if info.default_factory
}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else _whole(value)


@dataclass(frozen=True)
class Question:
    """One field as an interview, a flag or a page of the docs needs it."""

    name: str
    prompt: str
    help: str
    unit: str
    page: Page
    kind: Kind
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: Callable[[Answers], Any] = field(default=lambda answers: None, repr=False)

    @property
    def wanted(self) -> str:
        """What a valid answer is, with bounds and unit."""
        if self.kind == "boolean":
            return "yes or no (true or false)"
        if self.choices:
            listed = ", ".join(self.choices)
            return (
                f"one of {listed}" if self.kind == "choice" else f"a list, each once, of {listed}"
            )
        noun = "a whole number" if self.kind == "integer" else "a number"
        return f"{noun} from {self.minimum:.10g} to {self.maximum:.10g} {self.unit}"


def questions() -> list[Question]:
    """Every question in the order to ask; the core page has five."""
    return [_question(name, info) for name, info in Requirements.model_fields.items()]


def _question(name: str, info: FieldInfo) -> Question:
    ask = next(item for item in info.metadata if isinstance(item, Ask))
    return Question(
        name=name,
        prompt=ask.prompt,
        help=ask.help,
        unit=ask.unit,
        page=ask.page,
        kind=_kind(info.annotation),
        choices=_choices(info.annotation),
        minimum=_bound(info, "ge"),
        maximum=_bound(info, "le"),
        default=lambda answers: _default(name, answers),
    )


def _kind(annotation: Any) -> Kind:
    kinds: dict[Any, Kind] = {int: "integer", float: "number", bool: "boolean", Literal: "choice"}
    return kinds.get(get_origin(annotation) or annotation, "multichoice")


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is tuple:
        return _choices(get_args(annotation)[0])
    return get_args(annotation)


def _bound(info: FieldInfo, side: str) -> float | None:
    return next((getattr(item, side) for item in info.metadata if hasattr(item, side)), None)


def _default(name: str, answers: Answers) -> Any:
    """The default under the answers so far, of which wrong ones are ignored."""
    sound = {key: value for key, value in answers.items() if key != name}
    wrong = {problem.partition(":")[0] for problem in problems(sound)}
    return parse({k: v for k, v in sound.items() if k not in wrong}).answers()[name]


def parse(answers: Answers) -> Requirements:
    """Requirements from answers; what is left out takes its default.

    Raises InvalidAnswers with every problem: key, what was given, what is wanted.
    """
    try:
        return Requirements.model_validate(dict(answers))
    except ValidationError as error:
        raise InvalidAnswers(_messages(error, answers)) from None


def problems(answers: Answers) -> tuple[str, ...]:
    """All that is wrong with the answers, a line each, beginning with the key and a colon."""
    try:
        parse(answers)
    except InvalidAnswers as error:
        return error.problems
    return ()


def validate_one(name: str, value: Any) -> str | None:
    """What is wrong with one answer, or None."""
    return next(iter(problems({name: value})), None)


def _messages(error: ValidationError, answers: Answers) -> list[str]:
    derived = {"default_factory_not_called"}
    wrong = {str(item["loc"][0]) for item in error.errors() if item["type"] not in derived}
    known = {question.name: question for question in questions()}
    unknown = [str(key) for key in answers if key not in known]
    return [
        *(_wrong(known[name], answers[name]) for name in known if name in wrong),
        *(_unknown(key, known) for key in unknown),
    ]


def _wrong(question: Question, value: Any) -> str:
    return f"{question.name}: got {_shown(value)}, wanted {question.wanted}"


def _unknown(key: str, known: Mapping[str, Question]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "`archgen schema` lists all."
    return f"{key}: no such question; {hint}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    short = text if len(text) <= 40 else text[:37] + "..."
    return f"{short} (text)" if isinstance(value, str) else short


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the answers; `x-unit` holds the units."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Requirements.model_json_schema(),
    }
