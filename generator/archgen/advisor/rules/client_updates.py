"""How clients learn that a job is done."""

from __future__ import annotations

from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules.rule import Case, Reasons, Rule

POLLING, WEBHOOK, SSE = "polling", "webhook", "sse"


def _pick(case: Case) -> str:
    accepted = case.need.client_updates
    if POLLING in accepted and not _many_polls(case):
        return POLLING
    if SSE in accepted and not (_too_long(case) or _too_many(case)):
        return SSE
    return WEBHOOK if WEBHOOK in accepted else POLLING


def _many_polls(case: Case) -> bool:
    return case.load.polls >= case.need.peak_rps * LIMIT["polling_share"]


def _too_long(case: Case) -> bool:
    return case.need.longest_operation_s > LIMIT["stream_operation_s"]


def _room(case: Case) -> float:
    return case.load.api_processes * LIMIT["streams_per_process"]


def _too_many(case: Case) -> bool:
    return case.need.concurrent_users > _room(case)


def _explain(case: Case, picked: str) -> Reasons:
    against = {
        POLLING: "clients keep asking, and learn of it late",
        WEBHOOK: "clients need a public address of their own",
        SSE: _against_streams(case),
    }
    accepted = case.need.client_updates
    unusable = {name: "clients cannot use it (client_updates)" for name in against}
    unusable = {name: why for name, why in unusable.items() if name not in accepted}
    because = _polls(case) if picked in accepted else _against_streams(case)
    impossible = frozenset({SSE} if _too_long(case) else ())
    return Reasons(because, against | unusable, impossible)


def _polls(case: Case) -> str:
    side = "from" if _many_polls(case) else "below"
    load = f"asking every {case.load.poll_after} s makes {brief(case.load.polls)}"
    share = shown(LIMIT["polling_share"] * 100)
    return f"{load} of {shown(case.need.peak_rps)} requests/s ({side} {share} %)"


def _against_streams(case: Case) -> str:
    if _too_long(case):
        took, most = shown(case.need.longest_operation_s), shown(LIMIT["stream_operation_s"])
        return f"an operation may take {took} s, over {most} s: proxies cut idle streams"
    if _too_many(case):
        users = shown(case.need.concurrent_users)
        return f"{users} open streams are over the {shown(_room(case))} there is room for"
    return "a connection stays open for each client"


RULE = Rule("client_updates", (POLLING, WEBHOOK, SSE), _pick, _explain)
