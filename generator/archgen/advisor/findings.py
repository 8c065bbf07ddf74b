"""What the answers contradict, what was left out, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.advisor import events
from archgen.advisor.architecture import Finding
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.rules import hosting
from archgen.requirements import Requirements


def findings(need: Requirements, picked: Mapping[str, str]) -> tuple[Finding, ...]:
    """Contradictions first, then notes."""
    found = [finding for check in _CHECKS for finding in check(need, picked)]
    return tuple(sorted(found, key=lambda finding: finding.severity != "problem"))


def _longest(need: Requirements, picked: Mapping[str, str]) -> Iterator[Finding]:
    if need.longest_operation_s < need.typical_operation_s:
        yield Finding(
            "workers",
            "problem",
            f"The longest operation ({shown(need.longest_operation_s)} s) is shorter than the"
            f" typical one ({shown(need.typical_operation_s)} s), so the deadline cuts most calls.",
            f"Set longest_operation_s to at least {shown(need.typical_operation_s)}.",
        )


def _latency(need: Requirements, picked: Mapping[str, str]) -> Iterator[Finding]:
    took = need.typical_operation_s * 1000
    if picked["workers"] == "in-request" and took > need.p95_ms:
        yield Finding(
            "workers",
            "problem",
            f"An operation of {shown(took)} ms inside the request cannot meet a p95 of"
            f" {shown(need.p95_ms)} ms.",
            f"Raise p95_ms above {shown(took)}, or make the operation faster.",
        )


def _one_box(need: Requirements, picked: Mapping[str, str]) -> Iterator[Finding]:
    if picked["hosting"] == hosting.COMPOSE and need.availability > LIMIT["one_box_availability"]:
        yield Finding(
            "hosting",
            "problem",
            f"One box cannot promise {shown(need.availability)} %:"
            f" that is {brief((100 - need.availability) * 438.3)} minutes of outage a month.",
            f"Set hosting to managed with at least {brief(hosting.managed_floor())} USD a month,"
            f" or lower availability to {shown(LIMIT['one_box_availability'])}.",
        )


def _no_log(need: Requirements, picked: Mapping[str, str]) -> Iterator[Finding]:
    wanted, obstacle = events.log_wanted(need), events.log_obstacle(need)
    if wanted and obstacle and picked["event_bus"] != "kafka":
        yield Finding(
            "event_bus",
            "problem",
            f"{_sentence(wanted)}, but {obstacle}.",
            "Publish fewer, larger events (batches);"
            f" or plan {brief(events.log_budget())} USD a month and someone who knows Kafka.",
        )


def _events(need: Requirements, picked: Mapping[str, str]) -> Iterator[Finding]:
    if bool(need.events_per_second) != bool(need.event_consumers):
        yield Finding(
            "event_bus",
            "problem",
            f"{brief(need.events_per_second)} events/s and {need.event_consumers} consumers"
            " do not go together.",
            "Set both events_per_second and event_consumers, or neither.",
        )


def _slots(need: Requirements, picked: Mapping[str, str]) -> Iterator[Finding]:
    running = need.jobs_per_minute / 60 * need.typical_operation_s
    if picked["workers"] == "separate" and running >= LIMIT["queue_jobs_per_s"]:
        yield Finding(
            "workers",
            "problem",
            f"{brief(running)} operations run at once: more than a provider usually allows.",
            "Ask the provider for that limit, or lower jobs_per_minute.",
        )


def _search(need: Requirements, picked: Mapping[str, str]) -> Iterator[Finding]:
    if need.search != "none" or need.vectors:
        yield Finding(
            "database",
            "note",
            f"Search ({need.search}, {shown(need.vectors)} vectors) is not yet decided or rendered"
            " in this version.",
            "Plan its memory and storage by hand.",
        )


def _loss(need: Requirements, picked: Mapping[str, str]) -> Iterator[Finding]:
    if need.job_loss == "some":
        yield Finding(
            "queue_store",
            "note",
            "No accepted job gets lost all the same: Postgres holds each one, at no extra cost.",
            "Nothing to do.",
        )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


_CHECKS = (_longest, _latency, _one_box, _no_log, _events, _slots, _search, _loss)
