"""What the advisor returns: frozen data that something else renders, the brief's whole content.

Every field is stored, none computed, so that the text, the Markdown, the JSON and its schema have
one source. Money is a month's, in USD unless a field says EUR; None is unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Rejected:
    """An option not picked. `impossible`: it cannot work with the choices before it."""

    option: str
    why: str
    impossible: bool


@dataclass(frozen=True)
class Flip:
    """The nearest value of an input, on one side of the given one, at which the advice changes."""

    input: str
    at: bool | int | float | str | list[str]
    becomes: str
    when: str


@dataclass(frozen=True)
class Miss:
    """A requirement that a design does not meet."""

    requirement: str
    why: str


@dataclass(frozen=True)
class Changed:
    """A number under the user's option and under the advised one."""

    name: str
    unit: str
    chosen: int
    advised: int


@dataclass(frozen=True)
class Override:
    """What the user's option costs beside the advised one, all other choices made anew."""

    advised: str
    price: Price
    advised_price: Price
    sizes: tuple[Changed, ...]
    misses: tuple[Miss, ...]


@dataclass(frozen=True)
class Choice:
    """A decision on a topic. `instead`: what this version renders if it does not render the pick;
    flips are those of the advice, `override` is there if the user chose against it."""

    topic: str
    question: str
    picked: str
    because: str
    rejected: tuple[Rejected, ...]
    flips: tuple[Flip, ...]
    override: Override | None
    instead: str | None


@dataclass(frozen=True)
class Size:
    """A number of the design with how it came about. `rendered`: its value in the repository,
    which differs where this version does not render a pick."""

    topic: str
    name: str
    value: int
    unit: str
    arithmetic: str
    source: str
    rendered: int


@dataclass(frozen=True)
class Bottleneck:
    """A resource, and the factor by which the load may grow until it is full."""

    topic: str
    resource: str
    factor: float
    at: str
    arithmetic: str
    then: str


@dataclass(frozen=True)
class Prediction:
    """A quantity of the repository as it is rendered, which can be measured there."""

    name: str
    value: float
    unit: str
    arithmetic: str
    source: str


@dataclass(frozen=True)
class Growth:
    """By how much the load may grow until the resource is full."""

    resource: str
    factor: float


@dataclass(frozen=True)
class Forecast:
    """What the repository will do as it is rendered, with its own statements alone, and the load
    (name to number, units in the names) for which that is told. `npm run bench -- brief` measures
    it."""

    load: Mapping[str, float]
    predictions: tuple[Prediction, ...]
    bottlenecks: tuple[Growth, ...]


@dataclass(frozen=True)
class Price:
    """A month's cost: known parts by currency, and what of it has no known price."""

    usd: float
    eur: float
    at_least: bool


@dataclass(frozen=True)
class Item:
    """A line of the bill; `price` is None if no price is known."""

    what: str
    price: Price | None
    arithmetic: str
    source: str
    date: str
    confidence: str


@dataclass(frozen=True)
class Total:
    month: int
    price: Price


@dataclass(frozen=True)
class Alternative:
    """A design beside the picked one, by the choices in which it differs."""

    title: str
    changes: Mapping[str, str]
    price: Price
    gives_up: tuple[Miss, ...]


@dataclass(frozen=True)
class Cost:
    """The bill of month 12. `compared_usd` is what is held against the budget: EUR at the rate of
    the price list."""

    items: tuple[Item, ...]
    totals: tuple[Total, ...]
    compared_usd: float
    budget_usd: float
    within_budget: bool
    alternatives: tuple[Alternative, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """The advice at a multiple of the load: what differs from the stage before."""

    factor: float
    load: str
    changes: Mapping[str, str]
    api_processes: int
    worker_processes: int
    database: str
    price: Price


@dataclass(frozen=True)
class Metric:
    """How to tell in production that a requirement holds."""

    name: str
    objective: str
    promql: str
    threshold: str
    requirement: str


@dataclass(frozen=True)
class Node:
    """A part of the design. `lane`: the request's way, or a store at its side."""

    id: str
    label: str
    lane: Literal["flow", "store"]
    rendered: bool


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    label: str


@dataclass(frozen=True)
class Diagram:
    """Flow nodes stand in the order of a request's way."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Version:
    """The exact version of a recommended part; `rendered`: it stands in the repository's files."""

    component: str
    version: str
    why: str
    rendered: bool


@dataclass(frozen=True)
class Finding:
    """What the answers contradict, miss, or ask of the reader; belongs to a topic."""

    code: str
    topic: str
    severity: Literal["problem", "note"]
    message: str
    remedy: str


@dataclass(frozen=True)
class Architecture:
    """The advisor's answer, in the order of the brief; problems stand before notes."""

    requirements: Mapping[str, Any]
    overrides: Mapping[str, str]
    prices: Mapping[str, Any]
    findings: tuple[Finding, ...]
    bottlenecks: tuple[Bottleneck, ...]
    choices: tuple[Choice, ...]
    diagram: Diagram
    sizes: tuple[Size, ...]
    forecast: Forecast
    cost: Cost
    metrics: tuple[Metric, ...]
    stages: tuple[Stage, ...]
    versions: tuple[Version, ...]

    @property
    def picked(self) -> dict[str, str]:
        """Topic to option."""
        return {choice.topic: choice.picked for choice in self.choices}

    @property
    def rendered(self) -> dict[str, str]:
        """Topic to the option that this version renders: the pick, or the nearest to it."""
        return {choice.topic: choice.instead or choice.picked for choice in self.choices}

    def unrenderable(self) -> list[tuple[str, str, str]]:
        """(topic, picked, nearest that renders) of each pick not yet in this version."""
        return [(c.topic, c.picked, c.instead) for c in self.choices if c.instead]

    def sizing(self) -> dict[str, int]:
        """Size name to number, as the repository is rendered."""
        return {size.name: size.rendered for size in self.sizes}

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain YAML and JSON values."""
        return _plain(asdict(self))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
