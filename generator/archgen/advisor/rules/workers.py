"""Where the slow operation runs: never in a request once it may take over 100 ms."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import shown
from archgen.advisor.rules.rule import Case, Reasons, Rule

SEPARATE, IN_REQUEST = "separate", "in-request"


def _pick(case: Case) -> str:
    slow = case.need.longest_operation_s > LIMIT["in_request_s"]
    return SEPARATE if slow else IN_REQUEST


def _explain(case: Case, picked: str) -> Reasons:
    longest, bound = shown(case.need.longest_operation_s), shown(LIMIT["in_request_s"])
    against = {
        SEPARATE: "a queue would only add a wait",
        IN_REQUEST: f"it would hold connections for {longest} s and be lost with its request",
    }
    if picked == IN_REQUEST:
        return Reasons(f"an operation of at most {longest} s is within {bound} s", against)
    because = f"an operation of up to {longest} s is over {bound} s, so it is a job"
    return Reasons(because, against, frozenset({IN_REQUEST}))


RULE = Rule("workers", (SEPARATE, IN_REQUEST), _pick, _explain)
