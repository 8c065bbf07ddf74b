"""Where the slow operation runs: never in a request once it may take over 100 ms."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import shown
from archgen.advisor.rules.rule import Case, Option, Rule

SEPARATE, IN_REQUEST = "separate", "in-request"


def _short(case: Case) -> bool:
    return not case.over(case.need.longest_operation_s, LIMIT["in_request_s"])


def _length(case: Case) -> str:
    longest, bound = shown(case.need.longest_operation_s), shown(LIMIT["in_request_s"])
    if case.need.longest_operation_s > LIMIT["in_request_s"]:
        return f"an operation of up to {longest} s is over {bound} s, so it is a job"
    return f"an operation of at most {longest} s is within {bound} s"


RULE = Rule(
    "workers",
    "Where does the slow operation run?",
    (
        Option(
            IN_REQUEST,
            "in the request that asks for it",
            "holds a connection and is lost with its request",
            _length,
            _short,
            possible=_short,
            misses="p95_ms",
        ),
        Option(
            SEPARATE,
            "as a job, in worker processes of its own",
            "a queue, and a wait in it",
            _length,
        ),
    ),
)
