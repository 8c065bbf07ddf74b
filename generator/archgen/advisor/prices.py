"""List prices: the bundled ones, with those of the user in their place or beside them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from archgen.advisor.constants import read
from archgen.errors import InvalidAnswers

HOURS_A_MONTH = 730  # 365.25 days x 24 / 12, as cloud price lists count

Family = Literal["postgres", "redis", "rabbitmq", "kafka", "node", "box"]
Amount = Annotated[float, Field(ge=0, le=1e9)]


def _text_of_date(value: object) -> object:
    """YAML reads 2026-11-24 as a date, and 2026 as a number."""
    return str(value) if type(value) in (date, int) else value


# What a family is picked by, so that none of it may be 0.
_PICKED_BY: dict[str, tuple[str, ...]] = {
    "postgres": ("cores", "memory_gb"),
    "redis": ("memory_gb",),
    "node": ("cores", "memory_gb"),
    "box": ("cores", "memory_gb", "disk_gb"),
}


class Entry(BaseModel):
    """A price. What can be picked by size belongs to a family and says what it has."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    item: Annotated[str, Field(min_length=1)]
    per: Literal["hour", "month", "GB", "GB-month", "million", "EUR"]
    date: Annotated[str, BeforeValidator(_text_of_date), Field(min_length=4)]
    confidence: Literal["high", "medium", "low"] = "medium"
    usd: Amount | None = None
    eur: Amount | None = None
    family: Family | None = None
    cores: Amount = 0
    memory_gb: Amount = 0
    disk_gb: Amount = 0

    @model_validator(mode="after")
    def _one_currency(self) -> Entry:
        if (self.usd is None) == (self.eur is None):
            raise ValueError("exactly one of usd and eur is wanted")
        if self.family and self.per not in ("hour", "month"):
            raise ValueError("what belongs to a family is priced per hour or month")
        lacking = [
            name for name in _PICKED_BY.get(self.family or "", ()) if not getattr(self, name)
        ]
        if lacking:
            raise ValueError(f"the family {self.family} needs {' and '.join(lacking)} above 0")
        return self

    @property
    def month(self) -> float:
        """A month of one piece in its own currency, or the price of one counted unit."""
        amount = self.usd if self.usd is not None else self.eur or 0.0
        return amount * HOURS_A_MONTH if self.per == "hour" else amount

    @property
    def in_eur(self) -> bool:
        return self.usd is None


_CEILING: str = read("prices.yml")["usd-per-eur"]["item"]
_ENTRIES = TypeAdapter(dict[str, Entry])


class Prices:
    """Prices by key. A family's members stand the cheapest first."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = dict(entries)
        self.usd_per_eur = entries["usd-per-eur"].month
        self.rate_is_ceiling = entries["usd-per-eur"].item == _CEILING
        self.families = {name: self._members(name) for name in get_args(Family)}

    def __getitem__(self, key: str) -> Entry:
        return self.entries[key]

    def _members(self, family: str) -> tuple[Entry, ...]:
        members = (entry for entry in self.entries.values() if entry.family == family)
        return tuple(sorted(members, key=self.usd))

    def fitting(self, family: Family, cores: float, gb: float, disk: float = 0) -> Entry | None:
        """The cheapest of a family that has all of it, or None."""
        for entry in self.families[family]:
            if entry.cores >= cores and entry.memory_gb >= gb and entry.disk_gb >= disk:
                return entry
        return None

    def largest(self, family: Family) -> Entry:
        return max(self.families[family], key=lambda entry: (entry.cores, entry.memory_gb))

    def broker_box(self) -> Entry:
        """An own server for a Kafka broker, of 2 cores and 8 GB."""
        return self.fitting("box", 2, 8) or self.largest("box")

    def most(self, family: Family, what: Literal["cores", "memory_gb"]) -> float:
        """The most cores or memory that one of a family has."""
        return max(getattr(entry, what) for entry in self.families[family])

    def usd(self, entry: Entry) -> float:
        """A month in USD, EUR at the list's rate."""
        return entry.month * (self.usd_per_eur if entry.in_eur else 1)


@cache
def listed() -> Prices:
    """The bundled list."""
    return Prices(_ENTRIES.validate_python(read("prices.yml")))


def merged(own: Mapping[str, Any]) -> Prices:
    """The bundled list with the user's entries. Raises InvalidAnswers with every problem."""
    if not own:
        return listed()
    try:
        entries = _ENTRIES.validate_python(dict(own))
    except ValidationError as error:
        raise InvalidAnswers([_problem(item) for item in error.errors()]) from None
    wrong = [problem for key, entry in entries.items() for problem in _replacing(key, entry)]
    if wrong:
        raise InvalidAnswers(wrong)
    return Prices(listed().entries | entries)


def _replacing(key: str, entry: Entry) -> Iterator[str]:
    """What is wrong with an entry in the place of a listed one."""
    there = listed().entries.get(key)
    if there is None:
        if not entry.family:
            near = difflib.get_close_matches(key, listed().entries, n=1)
            hint = f"did you mean {near[0]}?" if near else "a new one needs a family"
            yield f"prices: {key}: nothing asks for this price; {hint}"
        return
    run = {"hour", "month"}
    if entry.per != there.per and not {entry.per, there.per} <= run:
        yield f"prices: {key}: priced per {entry.per}, wanted per {there.per}"
    if entry.family != there.family:
        yield f"prices: {key}: its family is {there.family}"
    if key == "usd-per-eur" and not entry.usd:
        yield f"prices: {key}: a rate in usd above 0 is wanted"


def plain(own: Mapping[str, Any]) -> dict[str, Any]:
    """Valid entries of the user as plain YAML and JSON values."""
    entries = _ENTRIES.validate_python(dict(own))
    return {key: it.model_dump(exclude_unset=True) for key, it in entries.items()}


def problems(own: Mapping[str, Any]) -> tuple[str, ...]:
    """All that is wrong with the user's entries, a line each."""
    try:
        merged(own)
    except InvalidAnswers as error:
        return error.problems
    return ()


def _problem(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"] if part != "[key]")
    return f"prices: {where}: {item['msg'][0].lower()}{item['msg'][1:]}"


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a file for `--prices`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "archgen prices",
        **_ENTRIES.json_schema(),
    }
