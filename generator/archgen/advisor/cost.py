"""What a plan costs a month at list prices: one line a thing, unknown prices left unknown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from archgen.advisor.architecture import Item, Price
from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT
from archgen.advisor.demand import BUDGET_MONTH, MONTH_S
from archgen.advisor.numbers import brief, shown, singular
from archgen.advisor.plan import Plan
from archgen.advisor.prices import Entry, Prices

COMPOSE, MANAGED, KUBERNETES = "compose", "managed", "kubernetes"
_GB_A_CORE = 2  # Fargate's least memory a vCPU


class Line(NamedTuple):
    """So many of an entry; without an entry the price is unknown. `count` is in `unit`."""

    what: str
    count: float
    unit: str
    entry: Entry | None


def lines(plan: Plan, month: int = BUDGET_MONTH) -> Iterator[Line]:
    """The bill of that month."""
    hosting = plan.picked.get("hosting") or _wanted(plan)
    own = hosting == COMPOSE or (hosting == KUBERNETES and plan.need.hosting == "self-hosted")
    found = _boxes(plan, month) if own else _cloud(plan, month, hosting)
    return (line for line in found if line.count > 0)


def price(plan: Plan, month: int = BUDGET_MONTH) -> Price:
    """The sum of the bill by currency; it is the least there is to pay if a price is unknown."""
    usd, eur, unknown = _sums(plan, month)
    return Price(round(usd, 2), round(eur, 2), unknown)


def compared(plan: Plan, month: int = BUDGET_MONTH) -> float:
    """What is known of the bill in USD, EUR at the list's rate."""
    return total(plan, month)[0]


def total(plan: Plan, month: int = BUDGET_MONTH) -> tuple[float, bool]:
    """What is known of the bill in USD, and whether something of it has no known price."""
    usd, eur, unknown = _sums(plan, month)
    return usd + eur * plan.prices.usd_per_eur, unknown


def _sums(plan: Plan, month: int) -> tuple[float, float, bool]:
    """USD, EUR, and whether a price is unknown."""
    usd = eur = 0.0
    unknown = False
    for line in lines(plan, month):
        if line.entry is None:
            unknown = True
        elif line.entry.in_eur:
            eur += line.count * line.entry.month
        else:
            usd += line.count * line.entry.month
    return usd, eur, unknown


@cache
def managed_floor(prices: Prices) -> float:
    """What no managed design costs less than, USD a month: its entrance, the smallest database and
    disk, and two of the smallest containers. A constant, so that it can be compared with."""
    least = prices.families["postgres"][0].month
    disk = LIMIT["least_disk_gb"] * prices["postgres-storage-gb"].month
    container = prices["fargate-vcpu"].month / 4 + prices["fargate-gb"].month / 2
    return prices["balancer"].month + prices["nat"].month + least + disk + 2 * container


def items(plan: Plan, month: int = BUDGET_MONTH) -> tuple[Item, ...]:
    """The bill in words."""
    return tuple(_item(line) for line in lines(plan, month))


def _item(line: Line) -> Item:
    unit = singular(line.unit) if line.count == 1 else line.unit
    count = f"{brief(line.count)} {unit}"
    entry = line.entry
    if entry is None:
        return Item(line.what, None, f"{count}; no price is listed", "", "", "unknown")
    amount = round(line.count * entry.month, 2)
    currency = "EUR" if entry.in_eur else "USD"
    return Item(
        line.what,
        Price(0.0, amount, False) if entry.in_eur else Price(amount, 0.0, False),
        f"{count} x {entry.month:.4g} {currency}",
        entry.item,
        entry.date,
        entry.confidence,
    )


def _wanted(plan: Plan) -> str:
    return COMPOSE if plan.need.hosting == "self-hosted" else plan.need.hosting


def _cloud(plan: Plan, month: int, hosting: str) -> Iterator[Line]:
    if hosting == KUBERNETES:
        yield from _nodes(plan)
    else:
        yield from _containers(plan)
        yield from _pooler(plan)
    yield from _entrance(plan)
    yield from _database(plan, month)
    yield from _redis(plan)
    yield from _brokers(plan)
    yield from _vectors(plan, hosting)


def _containers(plan: Plan) -> Iterator[Line]:
    prices = plan.prices
    for name, many, cores, mb in (
        ("api", plan.api_processes, plan.api_cores, plan.api_memory_mb),
        ("worker", plan.worker_processes, plan.worker_cores, plan.worker_memory_mb),
    ):
        gb = max(cores * _GB_A_CORE, round_up(mb / 512) / 2)
        yield Line(f"{name} containers, CPU", many * cores, "vCPU", prices["fargate-vcpu"])
        yield Line(f"{name} containers, memory", many * gb, "GB", prices["fargate-gb"])


def _pooler(plan: Plan) -> Iterator[Line]:
    many, prices = plan.poolers, plan.prices
    yield Line("PgBouncer containers, CPU", many, "vCPU", prices["fargate-vcpu"])
    gb = many * _GB_A_CORE
    yield Line("PgBouncer containers, memory", gb, "GB", prices["fargate-gb"])


def _nodes(plan: Plan) -> Iterator[Line]:
    prices, node = plan.prices, plan.prices.families["node"][0]
    share = LIMIT["usable_node_share"]
    by_cores = (plan.process_cores + plan.poolers) / (node.cores * share)
    by_memory = (plan.process_gb + plan.weaviate_gb) / (node.memory_gb * share)
    many = max(2, round_up(by_cores), round_up(by_memory))
    yield Line("Kubernetes control plane", 1, "clusters", prices["kubernetes"])
    yield Line("Kubernetes nodes", many, "nodes", node)
    yield Line("disks of the nodes", many * LIMIT["node_disk_gb"], "GB", prices["volume-gb"])


def _entrance(plan: Plan) -> Iterator[Line]:
    prices, demand = plan.prices, plan.demand
    behind = plan.picks("http_caching", "cdn")  # which holds most of it, how much is not known
    by_traffic = 0 if behind else demand.traffic_gb / (MONTH_S / 3600)
    open_on_average = plan.need.concurrent_users * LIMIT["mean_to_peak"]
    units = max(by_traffic, open_on_average / LIMIT["lcu_connections"])
    yield Line("load balancer", 1, "balancers", prices["balancer"])
    yield Line("load balancer, capacity", units, "LCU", prices["balancer-lcu"])
    yield Line("NAT gateway", 1, "gateways", prices["nat"])
    called = demand.mean_jobs * plan.need.job_kb * MONTH_S / 1e6
    yield Line("NAT gateway, calls of the jobs", called, "GB", prices["nat-gb"])
    yield from _traffic(plan)


def _traffic(plan: Plan) -> Iterator[Line]:
    public = plan.picks("http_caching", "cdn")
    gb, first = plan.demand.traffic_gb, LIMIT["priced_egress_gb"]
    free = LIMIT["free_cdn_gb" if public else "free_egress_gb"]
    entry = plan.prices["cdn-gb" if public else "egress-gb"]
    where = "CDN" if public else "internet"
    yield Line(f"traffic to the {where}", max(0, min(gb, first) - free), "GB", entry)
    yield Line(f"traffic to the {where} past 10 TB", max(0, gb - first), "GB", None)
    yield Line("CDN, price of its requests", float(public), "months", None)
    yield Line("what the CDN lets through to the balancer", float(public), "months", None)


def _database(plan: Plan, month: int) -> Iterator[Line]:
    copies = 2 if plan.picks("standby", "standby") else 1
    gb = plan.demand.data_gb(month) + plan.vector_gb
    size = max(LIMIT["least_disk_gb"], round_up(gb)) * copies
    many, unit = plan.shards * copies, "servers"
    priced = plan.priced_server(month)
    server = priced or plan.prices.largest("postgres")
    yield Line("Postgres", many, unit, server)
    yield Line("Postgres, read replicas", plan.replicas, unit, server)
    if priced is None:
        yield Line("Postgres, beyond that size", many + plan.replicas, unit, None)
    disk = plan.prices["postgres-storage-gb"]
    yield Line("Postgres, disk", size + plan.replicas * gb, "GB", disk)


def _redis(plan: Plan) -> Iterator[Line]:
    for use, mb in (("queue", plan.redis_mb), ("cache", plan.cache_mb)):
        if mb:
            gb = mb / 1024
            one = plan.prices.fitting("redis", 0, gb)
            largest = one or plan.prices.largest("redis")
            many = 1 if one else round_up(gb / largest.memory_gb)
            yield Line(f"Redis for the {use}", many, "servers", largest)


def _brokers(plan: Plan) -> Iterator[Line]:
    prices = plan.prices
    yield Line("RabbitMQ", plan.rabbitmq_nodes, "brokers", prices.families["rabbitmq"][0])
    yield Line("Kafka", plan.kafka_brokers, "brokers", prices.families["kafka"][0])
    yield Line("Kafka, disk", plan.kafka_gb, "GB", prices["kafka-storage-gb"])


def _vectors(plan: Plan, hosting: str) -> Iterator[Line]:
    prices, need = plan.prices, plan.need
    if plan.picks("vectors", "pinecone"):
        yield from _at_least(plan, "pinecone", "Pinecone", _pinecone(plan))
    elif plan.picks("vectors", "weaviate") and hosting == MANAGED:
        million = need.vectors * need.vector_dimensions / 1e6
        usage = [Line("Weaviate, dimensions", million, "million", prices["weaviate-dimensions"])]
        yield from _at_least(plan, "weaviate", "Weaviate", usage)
        gb = plan.raw_vector_gb
        yield Line("Weaviate, storage", gb, "GB", prices["weaviate-storage-gb"])


def _pinecone(plan: Plan) -> list[Line]:
    prices, gb = plan.prices, plan.raw_vector_gb
    units = plan.demand.searches * max(LIMIT["pinecone_least_units"], gb)
    return [
        Line("Pinecone, reads", units / 1e6, "million units", prices["pinecone-read"]),
        Line("Pinecone, storage", gb, "GB", prices["pinecone-storage-gb"]),
    ]


def _at_least(plan: Plan, key: str, name: str, usage: list[Line]) -> Iterator[Line]:
    """The usage, or the minimum of the plan if that is more."""
    least = plan.prices[key]
    used = sum(line.count * line.entry.month for line in usage if line.entry)
    if used >= least.month:
        yield from usage
    else:
        yield Line(f"{name}, minimum", 1, "months", least)


def _boxes(plan: Plan, month: int) -> Iterator[Line]:
    prices = plan.prices
    largest = prices.largest("box")
    disk = plan.demand.data_gb(max(month, BUDGET_MONTH)) + plan.vector_gb + LIMIT["system_disk_gb"]
    cores, gb = plan.cores, plan.own_gb
    parts = plan.shards + plan.replicas if plan.shards + plan.replicas > 1 else 1
    many = max(parts, round_up(cores / largest.cores), round_up(gb / largest.memory_gb))
    fitting = prices.fitting("box", cores, gb, min(disk, largest.disk_gb)) if many == 1 else None
    box = fitting or largest
    copies = 2 if plan.picks("standby", "standby") else 1
    yield Line("servers", many * copies, "servers", box)
    yield Line("disk beyond the servers'", max(0, disk - many * box.disk_gb) * copies, "GB", None)
    sent = plan.demand.traffic_gb - many * LIMIT["own_traffic_gb"]
    yield Line("traffic beyond what is included", max(0, sent), "GB", None)
    brokers = prices.broker_box()
    yield Line("Kafka's servers", plan.kafka_brokers, "servers", brokers)
    beyond = plan.kafka_gb - plan.kafka_brokers * brokers.disk_gb
    yield Line("disk beyond the brokers'", max(0, beyond), "GB", None)
    yield from _vectors(plan, COMPOSE)


def assumptions(plan: Plan, month: int = BUDGET_MONTH) -> tuple[str, ...]:
    """What a reader of the bill must know."""
    share = shown(LIMIT["mean_to_peak"] * 100)
    common = (
        f"The bill is of month {month}; an average second has {share} % of the peak's traffic.",
        "Not in it: the AI provider, object storage and its traffic, traffic between zones, public"
        " addresses, logs and metrics, backups elsewhere, support, tax.",
    )
    if any(line.entry and line.entry.in_eur for line in lines(plan, month)):
        rate = plan.prices["usd-per-eur"]
        note = f"EUR are held against the budget at {rate.month:.2f} USD: {rate.item}."
        hint = " Give today's rate by --prices." if plan.prices.rate_is_ceiling else ""
        return (*common, f"{note}{hint}")
    return common
