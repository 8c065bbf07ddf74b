"""List prices: the bundled ones, with those of the user in their place or beside them."""

from __future__ import annotations

from collections.abc import Mapping
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


class Entry(BaseModel):
    """A price. What can be picked by size belongs to a family and says what it has."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    item: Annotated[str, Field(min_length=1)]
    per: Literal["hour", "month", "GB", "GB-month", "million", "EUR"]
    date: Annotated[str, BeforeValidator(str), Field(min_length=4)]
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
        return self

    @property
    def month(self) -> float:
        """A month of one piece in its own currency, or the price of one counted unit."""
        amount = self.usd if self.usd is not None else self.eur or 0.0
        return amount * HOURS_A_MONTH if self.per == "hour" else amount

    @property
    def in_eur(self) -> bool:
        return self.usd is None


_ENTRIES = TypeAdapter(dict[str, Entry])


class Prices:
    """Prices by key. A family's members stand the cheapest first."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = dict(entries)
        self.usd_per_eur = entries["usd-per-eur"].month
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
        return Prices(listed().entries | _ENTRIES.validate_python(dict(own)))
    except ValidationError as error:
        raise InvalidAnswers([_problem(item) for item in error.errors()]) from None


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
