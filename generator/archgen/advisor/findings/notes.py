"""What a reader should know, though nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor import cost
from archgen.advisor.constants import LIMIT
from archgen.advisor.findings.text import Text
from archgen.advisor.misses import by_choice
from archgen.advisor.money import money
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.advisor.renders import as_rendered, publishes
from archgen.advisor.rules.hosting import KUBERNETES, MANAGED
from archgen.advisor.rules.standby import outage


def promise(plan: Plan) -> Iterator[Text]:
    given, promised = plan.need.availability, LIMIT["single_availability"]
    if plan.picks("standby", "standby") and given == LIMIT["database_availability"]:
        yield (
            f"{shown(given)} % is all that a database with a standby promises; what stands before"
            " it must not fail at another time.",
            "Run two NAT gateways and rehearse a failover; the bill counts one.",
        )
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


def unpriced(plan: Plan) -> Iterator[Text]:
    unknown = [line for line in cost.lines(plan) if line.entry is None]
    sized = (f"{it.what} ({brief(it.count)} GB)" if it.unit == "GB" else it.what for it in unknown)
    listed = "; ".join(sized)
    if unknown:
        yield (
            f"The bill is the least there is to pay, as no price is known for: {listed}.",
            "Ask for these prices, and hold the sum against the budget.",
        )


def rendered_misses(plan: Plan) -> Iterator[Text]:
    there = as_rendered(plan)
    if plan.demand.deliveries and not publishes(there.picked):
        yield (
            "This version publishes events by RabbitMQ alone: the repository has no outbox.",
            "Build that part yourself, or --choose event_bus=rabbitmq where it can carry them.",
        )
    apart = {topic: it for topic, it in there.picked.items() if it != plan.picked[topic]}
    for miss in by_choice(there, apart):
        yield (
            f"As long as this version does not render all of it, {miss.requirement} is missed:"
            f" {miss.why}.",
            "Build that part yourself, or wait for the version that renders it.",
        )


def long_operations(plan: Plan) -> Iterator[Text]:
    longest, stop = plan.need.longest_operation_s, LIMIT["stop_s"]
    if plan.picks("workers", "separate") and longest > stop:
        yield (
            f"An operation may take {shown(longest)} s, and a worker gets {shown(stop)} s to stop:"
            " each deploy starts what is running again from its beginning.",
            "Let operations keep their progress and go on from it.",
        )


def computing(plan: Plan) -> Iterator[Text]:
    elsewhere = plan.need.workload == "ai-jobs" or plan.queries or plan.need.compute_share
    if plan.demand.running >= 1 and not elsewhere:
        yield (
            "The operation is taken to wait for another service; if it computes in the worker, that"
            f" needs up to {brief(plan.demand.running)} cores more.",
            "If it computes, set compute_share to its share in %.",
        )


def kubernetes(plan: Plan) -> Iterator[Text]:
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


def text_search(plan: Plan) -> Iterator[Text]:
    if plan.need.search == "full-text":
        yield (
            "Full-text search is Postgres' own (tsvector, GIN index); it is not yet rendered.",
            "Plan a search engine once its index outgrows the database's memory.",
        )


def loss(plan: Plan) -> Iterator[Text]:
    if plan.need.job_loss == "some":
        yield (
            "No accepted job gets lost all the same: Postgres holds each one, at no extra cost.",
            "Nothing to do.",
        )
