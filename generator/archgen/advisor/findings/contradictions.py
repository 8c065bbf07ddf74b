"""Answers that do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.constants import LIMIT
from archgen.advisor.findings.text import Text
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan


def longest(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if need.longest_operation_s < need.typical_operation_s:
        typical = shown(need.typical_operation_s)
        yield (
            f"The longest operation ({shown(need.longest_operation_s)} s) is shorter than the"
            f" typical one ({typical} s), so the deadline cuts most calls.",
            f"Set longest_operation_s to at least {typical}.",
        )


def jobs_exceed_writes(plan: Plan) -> Iterator[Text]:
    jobs, writes = plan.demand.jobs, plan.demand.writes
    share, rps = shown(100 - plan.need.read_share), shown(plan.need.peak_rps)
    if jobs > writes and plan.picks("workers", "separate") and not plan.demand.queries:
        yield (
            f"{brief(jobs)} jobs/s cannot come from {brief(writes)} writes/s: each is started by a"
            f" request that writes, as {share} % of {rps}/s do.",
            "Lower jobs_per_minute or read_share, or raise peak_rps; if a schedule starts the jobs,"
            " this is as it should be.",
        )


def unheard(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if need.events_per_second and not need.event_consumers:
        yield (
            f"{brief(need.events_per_second)} events/s are published, and nobody consumes them.",
            "Set event_consumers, or events_per_second to 0.",
        )


def nothing_to_hear(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if need.event_consumers and not need.events_per_second:
        yield (
            f"{need.event_consumers} services are to consume events, and none are published.",
            "Set events_per_second once there are some: it decides what carries them.",
        )


def no_vectors(plan: Plan) -> Iterator[Text]:
    if plan.need.search == "semantic" and not plan.need.vectors:
        yield (
            "Semantic search is wanted over no vectors.",
            "Set vectors to how many you expect in a year; the sizes count none.",
        )


def unused_vectors(plan: Plan) -> Iterator[Text]:
    if plan.need.vectors and plan.need.search != "semantic":
        yield (
            f"{shown(plan.need.vectors)} vectors, but search = {plan.need.search} uses none.",
            "Set search to semantic, or vectors to 0.",
        )


def too_many_searches(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if need.search == "semantic" and need.searches_per_second > need.peak_rps:
        yield (
            f"{brief(need.searches_per_second)} searches/s are more than the"
            f" {shown(need.peak_rps)} requests/s they are part of.",
            "Lower searches_per_second or raise peak_rps.",
        )


def polls(plan: Plan) -> Iterator[Text]:
    polls, reads = plan.demand.polls, plan.demand.reads
    if plan.picks("client_updates", "polling") and polls > reads:
        yield (
            f"Asking after jobs alone makes {brief(polls)} requests/s, more than the {brief(reads)}"
            " reads/s given.",
            f"Raise peak_rps by about {brief(polls)}, as it counts all requests.",
        )


def updates(plan: Plan) -> Iterator[Text]:
    need, most = plan.need, LIMIT["stream_operation_s"]
    if plan.picked["client_updates"] not in need.client_updates:
        yield (
            f"Clients accept only {shown(list(need.client_updates))}, but an operation may take"
            f" {shown(need.longest_operation_s)} s: over {shown(most)} s proxies cut the stream.",
            "Accept polling or webhook too; a client that reconnects with Last-Event-ID loses"
            " nothing, but must be able to ask.",
        )
