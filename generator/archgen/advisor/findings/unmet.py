"""What cannot be met, and what would meet it."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from archgen.advisor import cost
from archgen.advisor.architecture import Price
from archgen.advisor.bottlenecks import bottlenecks
from archgen.advisor.constants import LIMIT
from archgen.advisor.decide import design
from archgen.advisor.demand import Demand
from archgen.advisor.findings.text import Text
from archgen.advisor.money import money
from archgen.advisor.numbers import brief, sentence, shown
from archgen.advisor.plan import Plan
from archgen.advisor.rules import blueprint
from archgen.advisor.rules.hosting import MANAGED
from archgen.advisor.rules.rule import Case, Thrift
from archgen.advisor.rules.standby import outage
from archgen.advisor.rules.write_model import slow_reads


def latency(plan: Plan) -> Iterator[Text]:
    took = plan.need.typical_operation_s * 1000
    if plan.picks("workers", "in-request") and took > plan.need.p95_ms:
        yield (
            f"An operation of {shown(took)} ms inside the request cannot meet a p95 of"
            f" {shown(plan.need.p95_ms)} ms.",
            f"Raise p95_ms above {shown(took)}, or make the operation faster.",
        )


def latency_floor(plan: Plan) -> Iterator[Text]:
    floor = LIMIT["latency_floor_ms"]
    if plan.need.p95_ms < floor:
        yield (
            f"A p95 of {shown(plan.need.p95_ms)} ms is less than a network round trip and a durable"
            f" commit take ({shown(floor)} ms).",
            f"Set p95_ms to at least {shown(floor)}; answers from a process's own memory can be"
            " faster, writes cannot.",
        )


def stale_reads(plan: Plan) -> Iterator[Text]:
    need = plan.need
    if slow_reads(Case(plan)) and need.staleness_s == 0:
        took = shown(need.typical_operation_s)
        yield (
            f"A read of {took} s cannot be computed within {shown(need.p95_ms)} ms when it is asked"
            " for, and nothing older may be stored: only writes can keep its answer.",
            "Keep it in the transaction of each write (write_model = cqrs), as a projection that"
            f" follows lags behind; or allow staleness_s of {took} and more.",
        )


def one_server(plan: Plan) -> Iterator[Text]:
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


def availability(plan: Plan) -> Iterator[Text]:
    given, promised = plan.need.availability, LIMIT["database_availability"]
    if given <= promised:
        return
    region, two = (
        LIMIT["region_availability"],
        Price(plan.prices["aurora-large"].month * 2, 0, False),
    )
    more = (
        f"Aurora in two zones promises {shown(region)} % (two of the smallest listed:"
        f" {money(two)} a month without storage)"
        if given <= region
        else "it takes a second region, which archgen does not design"
    )
    yield (
        f"{shown(given)} % is {outage(given)}; a database with a standby promises"
        f" {shown(promised)} %, and all that it depends on must hold as well.",
        f"Lower availability to {shown(promised)}; beyond, {more}.",
    )


def no_log(plan: Plan) -> Iterator[Text]:
    case, bound = Case(plan), LIMIT["bus_deliveries_per_s"]
    if plan.demand.deliveries < bound or plan.picks("event_bus", "kafka"):
        return
    wanted = sentence(blueprint.log_sentence(case))
    if blueprint.log_reachable(case):
        yield f"{wanted}.", "Choose blueprint=express-kafka."
        return
    room = blueprint.brokers_usd(case) / LIMIT["brokers_budget_share"]
    log = design(plan.demand, plan.prices, {"blueprint": blueprint.KAFKA}, Thrift.COMFORT)
    usd = shown(ceil(max(room, cost.compared(log.plan))))
    person = "" if "kafka" in plan.need.knows else " and someone who knows Kafka"
    yield (
        f"{wanted}, but {blueprint.log_obstacle(case)}.",
        f"{_batched(plan)}; or plan {usd} USD a month{person}.",
    )


def _batched(plan: Plan) -> str:
    """How many events must share a message for one queue to carry them, and what that costs."""
    many = 10 ** len(str(int(plan.demand.deliveries / LIMIT["bus_deliveries_per_s"])))
    rate = plan.need.events_per_second / many
    need = plan.need.with_answer("events_per_second", rate)
    price = cost.price(Plan(Demand(need), plan.prices, plan.picked))
    return (
        f"Publish {many} events a message (events_per_second = {brief(rate)}): this design then"
        f" costs {money(price)} a month"
    )


def provider(plan: Plan) -> Iterator[Text]:
    running = plan.demand.running
    if plan.picks("workers", "separate") and running >= LIMIT["provider_calls"]:
        yield (
            f"{brief(running)} operations run at once: more than a provider usually allows.",
            "Ask the provider for that limit, or let jobs wait longer: fewer jobs_per_minute.",
        )


def saturated(plan: Plan) -> Iterator[Text]:
    for it in bottlenecks(plan):
        if it.factor < 1:
            yield (
                f"{sentence(it.resource)} can take no more than {brief(it.factor)} x the load,"
                f" {it.at}.",
                f"{sentence(it.then)}.",
            )


def disk(plan: Plan) -> Iterator[Text]:
    most, gb = LIMIT["largest_disk_gb"] * plan.shards, plan.demand.data_gb(36)
    if not plan.own and gb > most:
        yield (
            f"{brief(gb)} GB in 36 months are over a managed server's disk ({brief(most)} GB).",
            "Move what is old or large to an object store, or shard: --choose database=sharded.",
        )
