"""What the answers contradict, what cannot be met, and what would meet it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, floor
from typing import Literal

from archgen.advisor import cost
from archgen.advisor.architecture import Alternative, Finding
from archgen.advisor.bottlenecks import bottlenecks
from archgen.advisor.constants import LIMIT
from archgen.advisor.decide import Decision
from archgen.advisor.demand import Demand
from archgen.advisor.misses import by_choice
from archgen.advisor.money import money
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules import blueprint
from archgen.advisor.rules.hosting import COMPOSE, KUBERNETES, MANAGED
from archgen.advisor.rules.rule import Case, Thrift
from archgen.advisor.rules.standby import outage
from archgen.advisor.rules.write_model import slow_reads

Text = tuple[str, str]  # message and remedy


def findings(decision: Decision, beside: tuple[Alternative, ...]) -> tuple[Finding, ...]:
    """Contradictions first, then notes."""
    plan = decision.plan
    found = [
        Finding(code, topic, severity, *text)
        for code, topic, severity, check in _CHECKS
        for text in check(plan)
    ]
    found += [Finding(*row) for row in (*_overrides(decision), *_budget(decision, beside))]
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
    if plan.picked["client_updates"] not in need.client_updates:
        yield (
            f"Clients accept only {shown(list(need.client_updates))}, but an operation may take"
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


def _too_many_searches(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if need.search == "semantic" and need.searches_per_second > need.peak_rps:
        yield (
            f"{brief(need.searches_per_second)} searches/s are more than the"
            f" {shown(need.peak_rps)} requests/s they are part of.",
            "Lower searches_per_second or raise peak_rps.",
        )


def _polls(plan: Plan) -> Iterator[Text]:
    polls, reads = plan.demand.polls, plan.demand.reads
    if plan.picks("client_updates", "polling") and polls > reads:
        yield (
            f"Asking after jobs alone makes {brief(polls)} requests/s, more than the {brief(reads)}"
            " reads/s given.",
            f"Raise peak_rps by about {brief(polls)}, as it counts all requests.",
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
    if slow_reads(Case(plan)) and need.staleness_s == 0:
        took = shown(need.typical_operation_s)
        yield (
            f"A read of {took} s cannot be computed within {shown(need.p95_ms)} ms when it is asked"
            " for, and nothing older may be stored: only writes can keep its answer.",
            "Keep it in the transaction of each write (write_model = cqrs), as a projection that"
            f" follows lags behind; or allow staleness_s of {took} and more.",
        )


def _one_server(plan: Plan) -> Iterator[Text]:
    given, bound = plan.need.availability, LIMIT["one_server_availability"]
    if plan.own and given > bound:
        managed = Plan(plan.demand, plan.prices, {**plan.picked, "hosting": MANAGED})
        price = money(cost.price(managed))
        promised = LIMIT["database_availability"]
        other = (
            f"Set hosting to managed ({price} a month), or lower" if given <= promised else "Lower"
        )
        yield (
            f"Servers of your own fail over by hand, and cannot promise {shown(given)} %: that is"
            f" {outage(given)}.",
            f"{other} availability to {shown(bound)}.",
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
    if given <= promised or plan.picks("standby", "standby"):
        return
    if plan.own:
        yield (
            f"{shown(given)} % leaves {outage(given)} for a server that must be restored by hand.",
            "Rehearse the restore, and measure how long it takes.",
        )
        return
    ready = Plan(plan.demand, plan.prices, {**plan.picked, "standby": "standby"})
    yield (
        f"{shown(given)} % is what one managed database server usually keeps; its provider"
        f" promises {shown(promised)} %.",
        f"If it must be promised: --choose standby=standby, {money(cost.price(ready))} a month in"
        " all.",
    )


def _no_log(plan: Plan) -> Iterator[Text]:
    case, bound = Case(plan), LIMIT["queue_jobs_per_s"]
    if plan.demand.deliveries < bound or plan.picks("event_bus", "kafka"):
        return
    sentence = _sentence(blueprint.log_sentence(case))
    if blueprint.log_reachable(case):
        yield f"{sentence}.", "Choose blueprint=express-kafka."
        return
    brokers = shown(ceil(blueprint.brokers_usd(case) / LIMIT["brokers_budget_share"]))
    person = "" if "kafka" in plan.need.knows else " and someone who knows Kafka"
    yield (
        f"{sentence}, but {blueprint.log_obstacle(case)}.",
        f"{_batched(plan)}; or plan {brokers} USD a month{person}.",
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


def _saturated(plan: Plan) -> Iterator[Text]:
    for it in bottlenecks(plan):
        if it.factor < 1:
            yield (
                f"{_sentence(it.resource)} are full at {brief(it.factor)} x the load, {it.at}.",
                f"{_sentence(it.then)}.",
            )


def _disk(plan: Plan) -> Iterator[Text]:
    most, gb = LIMIT["largest_disk_gb"] * plan.shards, plan.demand.data_gb(36)
    if not plan.own and gb > most:
        yield (
            f"{brief(gb)} GB in 36 months are over a managed server's disk ({brief(most)} GB).",
            "Move what is old or large to an object store, or shard: --choose database=sharded.",
        )


# Notes


def _long_operations(plan: Plan) -> Iterator[Text]:
    longest, stop = plan.need.longest_operation_s, LIMIT["stop_s"]
    if plan.picks("workers", "separate") and longest > stop:
        yield (
            f"An operation may take {shown(longest)} s, and a worker gets {shown(stop)} s to stop:"
            " each deploy starts what is running again from its beginning.",
            "Let operations keep their progress and go on from it.",
        )


def _computing(plan: Plan) -> Iterator[Text]:
    elsewhere = plan.need.workload == "ai-jobs" or plan.queries or plan.need.compute_share
    if plan.demand.running >= 1 and not elsewhere:
        yield (
            "The operation is taken to wait for another service; if it computes in the worker, that"
            f" needs up to {brief(plan.demand.running)} cores more.",
            "If it computes, set compute_share to its share in %.",
        )


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
    ("searches-exceed-requests", "vectors", "problem", _too_many_searches),
    ("saturated", "scaling", "problem", _saturated),
    ("disk-limit", "database", "problem", _disk),
    ("search-without-vectors", "vectors", "problem", _no_vectors),
    ("vectors-without-search", "vectors", "problem", _unused_vectors),
    ("updates-unfit", "client_updates", "problem", _updates),
    ("one-server", "hosting", "problem", _one_server),
    ("availability", "standby", "problem", _availability),
    ("consumers-without-events", "event_bus", "note", _nothing_to_hear),
    ("polls-exceed-reads", "client_updates", "note", _polls),
    ("long-operations", "workers", "note", _long_operations),
    ("operation-waits", "workers", "note", _computing),
    ("single-server-promise", "standby", "note", _promise),
    ("kubernetes-unknown", "hosting", "note", _kubernetes),
    ("full-text", "vectors", "note", _text_search),
    ("job-loss", "queue_store", "note", _loss),
)

Row = tuple[str, str, Literal["problem", "note"], str, str]


def _overrides(decision: Decision) -> Iterator[Row]:
    """What the user's own choices miss."""
    plan = decision.plan
    for topic, advised in decision.advised.items():
        if plan.picked[topic] != advised:
            missed = by_choice(plan, {topic: plan.picked[topic]})
            said = {"availability"} if plan.own else set()  # by one-server
            for miss in (it for it in missed if it.requirement not in said):
                yield (
                    "choice-misses",
                    topic,
                    "problem",
                    f"You chose {topic}={plan.picked[topic]}, which misses {miss.requirement}:"
                    f" {miss.why}.",
                    f"The advice is {topic}={advised}.",
                )


# The budget


def _budget(decision: Decision, beside: tuple[Alternative, ...]) -> Iterator[Row]:
    plan = decision.plan
    budget = shown(plan.need.budget_usd_month)
    price = money(cost.price(plan))
    if cost.compared(plan) > plan.need.budget_usd_month:
        at_par = cost.price(plan).usd + cost.price(plan).eur
        yield (
            "over-budget",
            "hosting",
            "problem" if at_par > plan.need.budget_usd_month else "note",
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
    if not price.eur or not plan.prices.rate_is_ceiling:
        return ""
    used = f", {plan.prices.usd_per_eur:.2f} USD/EUR at the most"
    enough = floor((budget - price.usd) / price.eur * 100) / 100
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
