"""Whether a second database server stands ready to take over."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Option, Rule

NONE, STANDBY = "none", "standby"
_MONTH_MINUTES = 438.3  # a hundredth of 30.44 days


def outage(availability: float) -> str:
    """Minutes a month that an availability in % allows."""
    minutes = (100 - availability) * _MONTH_MINUTES
    return f"{brief(minutes)} minutes of outage a month"


def _one_server(case: Case) -> bool:
    return not case.over(case.need.availability, LIMIT["one_server_availability"])


def _allowed(case: Case) -> str:
    given, bound = case.need.availability, LIMIT["one_server_availability"]
    side = "over" if given > bound else "within"
    allowed = f"{shown(given)} % allows {outage(given)}"
    return f"{allowed}, {side} the {shown(bound)} % that one server can keep"


RULE = Rule(
    "standby",
    "Does a second database server stand ready to take over?",
    (
        Option(
            NONE,
            "one server, restored from backup",
            "a lost server is an outage until it is restored",
            _allowed,
            _one_server,
            misses="availability",
        ),
        Option(
            STANDBY,
            "a synchronous copy in another zone, failover by itself",
            "twice the price of server and disk",
            _allowed,
        ),
    ),
)
