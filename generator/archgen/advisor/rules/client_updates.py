"""How clients learn that a job is done."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Option, Rule

POLLING, WEBHOOK, SSE = "polling", "webhook", "sse"
_UNUSABLE = "clients cannot use it (client_updates)"


def _bound(case: Case) -> float:
    """Polls/s from which they are worth avoiding."""
    return max(LIMIT["cheap_polls_per_s"], case.need.peak_rps * LIMIT["polling_share"])


def _many_polls(case: Case) -> bool:
    return case.reaches(case.demand.polls, _bound(case))


def _short(case: Case) -> bool:
    return not case.over(case.need.longest_operation_s, LIMIT["stream_operation_s"])


def _accepts(case: Case, option: str) -> bool:
    return option in case.need.client_updates


def _prefer(case: Case) -> Sequence[str]:
    """What clients accept; anyone can ask, if nothing of that can be had."""
    accepted = [option for option in (POLLING, SSE, WEBHOOK) if _accepts(case, option)]
    return accepted if {POLLING, WEBHOOK} & set(accepted) else [*accepted, POLLING]


def _asking(case: Case) -> str:
    demand, bound = case.demand, _bound(case)
    if not demand.jobs:
        return "there are no jobs to ask after"
    side = f"from {brief(bound)}" if demand.polls >= bound else f"below {brief(bound)}"
    every = f"asking every {shown(round_up(demand.poll_after))} s"
    return f"{every} makes {brief(demand.polls)} of {shown(case.need.peak_rps)} requests/s ({side})"


def _polls(case: Case) -> str:
    return _asking(case) if _accepts(case, POLLING) else _UNUSABLE


def _streams(case: Case) -> str:
    if not _accepts(case, SSE):
        return _UNUSABLE
    took, most = case.need.longest_operation_s, LIMIT["stream_operation_s"]
    if took > most:
        return f"an operation may take {shown(took)} s, over {shown(most)} s: proxies cut streams"
    users, each = shown(case.need.concurrent_users), shown(LIMIT["streams_per_process"])
    return f"{users} open streams, at most {each} a process"


def _calls(case: Case) -> str:
    if not _accepts(case, WEBHOOK):
        return _UNUSABLE
    return f"{brief(case.demand.webhooks)} calls back a second replace asking"


RULE = Rule(
    "client_updates",
    "How do clients learn that a job is done?",
    (
        Option(
            POLLING,
            "they ask; Retry-After says when",
            "clients keep asking, and learn of it late",
            _polls,
            lambda case: _accepts(case, POLLING) and not _many_polls(case),
            misses="client_updates",
        ),
        Option(
            SSE,
            "an open stream a client",
            "a connection stays open for each client",
            _streams,
            lambda case: _accepts(case, SSE) and _short(case),
            possible=_short,
            misses="client_updates",
        ),
        Option(
            WEBHOOK,
            "a signed call to the client's address",
            "clients need a public address of their own",
            _calls,
            lambda case: _accepts(case, WEBHOOK),
            misses="client_updates",
        ),
    ),
    _prefer,
)
