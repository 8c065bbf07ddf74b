"""What the answers contradict, what cannot be met, and what would meet it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from archgen.advisor import cost
from archgen.advisor.architecture import Alternative, Finding
from archgen.advisor.constants import LIMIT
from archgen.advisor.decide import Decision
from archgen.advisor.demand import Demand
from archgen.advisor.money import money
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules import blueprint, caching
from archgen.advisor.rules.hosting import COMPOSE, KUBERNETES, MANAGED
from archgen.advisor.rules.rule import Case, Thrift
from archgen.advisor.rules.standby import outage

Text = tuple[str, str]  # message and remedy


def findings(decision: Decision, beside: tuple[Alternative, ...]) -> tuple[Finding, ...]:
    """Contradictions first, then notes."""
    plan = decision.plan
    found = [
        Finding(code, topic, severity, *text)
        for code, topic, severity, check in _CHECKS
        for text in check(plan)
    ]
    found += [Finding(*row) for row in _budget(decision, beside)]
    return tuple(sorted(found, key=lambda finding: finding.severity != "problem"))


# Contradictions between answers


def _longest(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if need.longest_operation_s < need.typical_operation_s:
        typical = shown(need.typical_operation_s)
        yield (
            f"The longest operation ({shown(need.longest_operation_s)} s) is shorter than the"
            f" typical one ({typical} s), so the deadline cuts most calls.",
            f"Set longest_operation_s to at least {typical}.",
        )


def _jobs_exceed_writes(plan: Plan) -> Iterator[Text]:
    jobs, writes = plan.demand.jobs, plan.demand.writes
    share, rps = shown(100 - plan.need.read_share), shown(plan.need.peak_rps)
    if jobs > writes and plan.picks("workers", "separate") and not plan.demand.queries:
        yield (
            f"{brief(jobs)} jobs/s cannot come from {brief(writes)} writes/s: each is started by a"
            f" request that writes, as {share} % of {rps}/s do.",
            "Lower jobs_per_minute or read_share, or raise peak_rps; if a schedule starts the jobs,"
            " this is as it should be.",
        )


def _unheard(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if need.events_per_second and not need.event_consumers:
        yield (
            f"{brief(need.events_per_second)} events/s are published, and nobody consumes them.",
            "Set event_consumers, or events_per_second to 0.",
        )


def _nothing_to_hear(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if need.event_consumers and not need.events_per_second:
        yield (
            f"{need.event_consumers} services are to consume events, and none are published.",
            "Set events_per_second once there are some: it decides what carries them.",
        )


def _no_vectors(plan: Plan) -> Iterator[Text]:
    if plan.need.search == "semantic" and not plan.need.vectors:
        yield (
            "Semantic search is wanted over no vectors.",
            "Set vectors to how many you expect in a year; the sizes count none.",
        )


def _unused_vectors(plan: Plan) -> Iterator[Text]:
    if plan.need.vectors and plan.need.search != "semantic":
        yield (
            f"{shown(plan.need.vectors)} vectors, but search = {plan.need.search} uses none.",
            "Set search to semantic, or vectors to 0.",
        )


def _updates(plan: Plan) -> Iterator[Text]:
    need, most = plan.need, LIMIT["stream_operation_s"]
    if need.client_updates == ("sse",) and need.longest_operation_s > most:
        yield (
            "Clients accept only SSE, but an operation may take"
            f" {shown(need.longest_operation_s)} s: over {shown(most)} s proxies cut the stream.",
            "Accept polling or webhook too; a client that reconnects with Last-Event-ID loses"
            " nothing, but must be able to ask.",
        )


# What cannot be met


def _latency(plan: Plan) -> Iterator[Text]:
    took = plan.need.typical_operation_s * 1000
    if plan.picks("workers", "in-request") and took > plan.need.p95_ms:
        yield (
            f"An operation of {shown(took)} ms inside the request cannot meet a p95 of"
            f" {shown(plan.need.p95_ms)} ms.",
            f"Raise p95_ms above {shown(took)}, or make the operation faster.",
        )


def _latency_floor(plan: Plan) -> Iterator[Text]:
    floor = LIMIT["latency_floor_ms"]
    if plan.need.p95_ms < floor:
        yield (
            f"A p95 of {shown(plan.need.p95_ms)} ms is less than a network round trip and a durable"
            f" commit take ({shown(floor)} ms).",
            f"Set p95_ms to at least {shown(floor)}; answers from a process's own memory can be"
            " faster, writes cannot.",
        )


def _stale_reads(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if caching.slow_reads(Case(plan)) and need.staleness_s == 0:
        yield (
            f"A read of {shown(need.typical_operation_s)} s cannot be answered in"
            f" {shown(need.p95_ms)} ms and always be current: nothing may be stored.",
            "Let writes keep the answer (write_model = cqrs, in the same transaction), or allow"
            f" staleness_s of {shown(need.typical_operation_s)} and more.",
        )


def _one_server(plan: Plan) -> Iterator[Text]:
    given, bound = plan.need.availability, LIMIT["one_server_availability"]
    if plan.picks("hosting", COMPOSE) and given > bound:
        managed = Plan(plan.demand, plan.prices, {**plan.picked, "hosting": MANAGED})
        yield (
            f"Servers without failover cannot promise {shown(given)} %: that is {outage(given)}.",
            f"Set hosting to managed ({money(cost.price(managed))} a month), or lower"
            f" availability to {shown(bound)}.",
        )


def _availability(plan: Plan) -> Iterator[Text]:
    given, promised = plan.need.availability, LIMIT["database_availability"]
    if given <= promised:
        return
    region = LIMIT["region_availability"]
    more = (
        f"Aurora in two zones promises {shown(region)} % (its price here is unknown)"
        if given <= region
        else "it takes a second region, which archgen does not design"
    )
    yield (
        f"{shown(given)} % is {outage(given)}; a database with a standby promises"
        f" {shown(promised)} %, and all that it depends on must hold as well.",
        f"Lower availability to {shown(promised)}; beyond, {more}.",
    )


def _promise(plan: Plan) -> Iterator[Text]:
    given, promised = plan.need.availability, LIMIT["single_availability"]
    one = plan.picks("standby", "none") and not plan.picks("hosting", COMPOSE)
    if given > promised and one:
        ready = Plan(plan.demand, plan.prices, {**plan.picked, "standby": "standby"})
        yield (
            f"{shown(given)} % is what one managed database server usually keeps; its provider"
            f" promises {shown(promised)} %.",
            f"If it must be promised: --choose standby=standby,"
            f" {money(cost.price(ready))} a month in all.",
        )


def _no_log(plan: Plan) -> Iterator[Text]:
    case = Case(plan)
    if not blueprint.log_wanted(case) or plan.picks("event_bus", "kafka"):
        return
    if blueprint.log_reachable(case):
        yield f"{_sentence(blueprint.log_sentence(case))}.", "Choose blueprint=express-kafka."
        return
    brokers = blueprint.brokers_usd(case) / LIMIT["brokers_budget_share"]
    yield (
        f"{_sentence(blueprint.log_sentence(case))}, but {blueprint.log_obstacle(case)}.",
        f"{_batched(plan)}; or plan {brief(brokers)} USD a month and someone who knows Kafka.",
    )


def _batched(plan: Plan) -> str:
    """How many events must share a message for one queue to carry them, and what that costs."""
    many = 10 ** len(str(int(plan.demand.deliveries / LIMIT["queue_jobs_per_s"])))
    rate = plan.need.events_per_second / many
    need = plan.need.with_answer("events_per_second", rate)
    price = cost.price(Plan(Demand(need), plan.prices, plan.picked))
    return (
        f"Publish {many} events a message (events_per_second = {brief(rate)}): this design then"
        f" costs {money(price)} a month"
    )


def _provider(plan: Plan) -> Iterator[Text]:
    running = plan.demand.running
    if plan.picks("workers", "separate") and running >= LIMIT["provider_calls"]:
        yield (
            f"{brief(running)} operations run at once: more than a provider usually allows.",
            "Ask the provider for that limit, or let jobs wait longer: fewer jobs_per_minute.",
        )


# Notes


def _kubernetes(plan: Plan) -> Iterator[Text]:
    need, bound = plan.need, int(LIMIT["platform_engineers"])
    known = "kubernetes" in need.knows or need.engineers >= bound
    if plan.picks("hosting", KUBERNETES) and not known:
        managed = Plan(plan.demand, plan.prices, {**plan.picked, "hosting": MANAGED})
        who = "1 engineer has" if need.engineers == 1 else f"{need.engineers} engineers have"
        yield (
            f"Kubernetes is wanted, and {who} not run it (below {bound}).",
            f"Managed containers run the same images for {money(cost.price(managed))} a"
            " month: set hosting to managed, or add kubernetes to knows.",
        )


def _text_search(plan: Plan) -> Iterator[Text]:
    if plan.need.search == "full-text":
        yield (
            "Full-text search is Postgres' own (tsvector, GIN index); it is not yet rendered.",
            "Plan a search engine once its index outgrows the database's memory.",
        )


def _loss(plan: Plan) -> Iterator[Text]:
    if plan.need.job_loss == "some":
        yield (
            "No accepted job gets lost all the same: Postgres holds each one, at no extra cost.",
            "Nothing to do.",
        )


_CHECKS: tuple[
    tuple[str, str, Literal["problem", "note"], Callable[[Plan], Iterator[Text]]], ...
] = (
    ("longest-below-typical", "workers", "problem", _longest),
    ("latency-in-request", "workers", "problem", _latency),
    ("latency-floor", "scaling", "problem", _latency_floor),
    ("jobs-exceed-writes", "workers", "problem", _jobs_exceed_writes),
    ("provider-limit", "workers", "problem", _provider),
    ("events-without-consumers", "event_bus", "problem", _unheard),
    ("no-log", "event_bus", "problem", _no_log),
    ("stale-reads", "caching", "problem", _stale_reads),
    ("search-without-vectors", "vectors", "problem", _no_vectors),
    ("vectors-without-search", "vectors", "problem", _unused_vectors),
    ("updates-unfit", "client_updates", "problem", _updates),
    ("one-server", "hosting", "problem", _one_server),
    ("availability", "standby", "problem", _availability),
    ("consumers-without-events", "event_bus", "note", _nothing_to_hear),
    ("single-server-promise", "standby", "note", _promise),
    ("kubernetes-unknown", "hosting", "note", _kubernetes),
    ("full-text", "vectors", "note", _text_search),
    ("job-loss", "queue_store", "note", _loss),
)

# The budget


def _budget(
    decision: Decision, beside: tuple[Alternative, ...]
) -> Iterator[tuple[str, str, Literal["problem", "note"], str, str]]:
    plan = decision.plan
    budget = shown(plan.need.budget_usd_month)
    price = money(cost.price(plan))
    if cost.compared(plan) > plan.need.budget_usd_month:
        yield (
            "over-budget",
            "hosting",
            "problem",
            f"The design costs {price} a month{_rate(plan)}, over the budget of {budget} USD.",
            _offers(beside) or "No design that archgen knows costs less and meets as much.",
        )
    elif decision.thrift == Thrift.OWN_SERVERS and plan.picks("hosting", COMPOSE):
        yield (
            "own-box-for-budget",
            "hosting",
            "note",
            f"Managed hosting was asked for; a server of your own keeps the budget of {budget} USD"
            f" ({price} a month{_rate(plan)}), and you patch and back it up yourself.",
            _offers(beside),
        )


def _rate(plan: Plan) -> str:
    """At which exchange rate EUR are compared, and below which they would keep the budget."""
    price, budget = cost.price(plan), plan.need.budget_usd_month
    if not price.eur:
        return ""
    used = f", {plan.prices.usd_per_eur:.2f} USD/EUR at the most"
    enough = (budget - price.usd) / price.eur
    over = cost.compared(plan) > budget and enough >= 1
    return f"{used} (below {enough:.2f} it would keep to it: --prices)" if over else used


def _offers(beside: tuple[Alternative, ...]) -> str:
    return " ".join(f"{_sentence(it.title)}: {_offer(it)}." for it in beside)


def _offer(it: Alternative) -> str:
    changes = ", ".join(f"{topic}={option}" for topic, option in it.changes.items())
    given_up = "; ".join(f"{miss.requirement} ({miss.why})" for miss in it.gives_up)
    gives_up = f", which gives up {given_up}" if given_up else ""
    return f"{changes}, {money(it.price)} a month{gives_up}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
