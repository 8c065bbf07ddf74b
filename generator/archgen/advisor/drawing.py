"""The parts of a plan and what passes between them: what every diagram is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.advisor.architecture import Diagram, Edge, Node
from archgen.advisor.capacity import round_up
from archgen.advisor.constants import LIMIT
from archgen.advisor.numbers import brief, shown
from archgen.advisor.plan import Plan
from archgen.advisor.stages import servers

_QUEUES = {"redis": "BullMQ in Redis", "kafka": "Kafka"}
_STORES = {"pgvector": "postgres", "weaviate": "vectors", "pinecone": "vectors"}


def drawing(plan: Plan, rendered: Mapping[str, str]) -> Diagram:
    """Nodes in the order of a request's way; a part that is not rendered yet says so."""

    def there(topic: str | None) -> bool:
        return topic is None or plan.picked[topic] == rendered[topic]

    flow = [Node(key, label, "flow", there(topic)) for key, label, topic in _flow(plan)]
    stores = [Node(key, label, "store", there(topic)) for key, label, topic in _stores(plan)]
    return Diagram((*flow, *stores), tuple(Edge(*edge) for edge in _edges(plan)))


Part = tuple[str, str, str | None]


def _flow(plan: Plan) -> Iterator[Part]:
    yield "clients", "clients", None
    if plan.picks("http_caching", "cdn"):
        yield "cdn", "CDN", "http_caching"
    yield "api", f"api x {plan.api_processes}", None
    if not plan.worker_processes:
        return
    queue = plan.picked["queue_store"]
    if queue in _QUEUES:
        size = f", {shown(plan.redis_mb)} MB" if queue == "redis" else f" x {plan.kafka_brokers}"
        yield "queue", f"{_QUEUES[queue]}{size}", "queue_store"
    yield "worker", f"worker x {plan.worker_processes}", None
    if not plan.demand.queries and plan.need.compute_share < 100:
        ai = plan.need.workload == "ai-jobs"
        yield "operation", "AI provider" if ai else "what the operation waits for", None


def _stores(plan: Plan) -> Iterator[Part]:
    if plan.picks("pool", "pgbouncer"):
        yield "pooler", f"PgBouncer, {plan.pooler_connections} connections", "pool"
    yield "postgres", f"Postgres, {servers(plan)}", None
    if plan.replicas:
        yield "replicas", f"read replicas x {plan.replicas}", "database"
    if plan.cache_mb:
        yield "cache", f"Redis cache, {shown(plan.cache_mb)} MB", "caching"
    if _STORES.get(plan.picked["vectors"]) == "vectors":
        yield "vectors", plan.picked["vectors"].capitalize(), "vectors"
    if plan.rabbitmq_nodes:
        yield "bus", f"RabbitMQ x {plan.rabbitmq_nodes}", "event_bus"
    if plan.kafka_brokers and not plan.picks("queue_store", "kafka"):
        yield "bus", f"Kafka x {plan.kafka_brokers}", "event_bus"
    if plan.need.event_consumers and plan.need.events_per_second:
        yield "consumers", f"services that consume events x {plan.need.event_consumers}", None


def _edges(plan: Plan) -> Iterator[tuple[str, str, str]]:
    yield from _requests(plan)
    yield from _connections(plan)
    if plan.worker_processes:
        yield from _jobs(plan)
    yield from _events(plan)


def _requests(plan: Plan) -> Iterator[tuple[str, str, str]]:
    asked = f"{shown(plan.need.peak_rps)} requests/s"
    if plan.picks("http_caching", "cdn"):
        yield "clients", "cdn", asked
        yield "cdn", "api", "what the CDN does not hold"
    else:
        yield "clients", "api", asked
    if plan.streams:
        yield "api", "clients", f"{shown(plan.streams)} open streams"
    if plan.picks("client_updates", "webhook") and plan.worker_processes:
        yield "worker", "clients", f"{brief(plan.demand.webhooks)} webhooks/s"


def _connections(plan: Plan) -> Iterator[tuple[str, str, str]]:
    behind = "pooler" if plan.picks("pool", "pgbouncer") else "postgres"
    yield "api", behind, f"{plan.api_pool} connections each"
    if plan.worker_processes:
        yield "worker", behind, f"{int(LIMIT['worker_connections'])} connections each"
    if behind == "pooler":
        yield "pooler", "postgres", f"{plan.pooler_connections} connections"
    if plan.replicas:
        yield "api", "replicas", "reads that may lag"
        yield "postgres", "replicas", "changes"
    if plan.cache_mb:
        yield "api", "cache", f"answers up to {shown(plan.need.staleness_s)} s old"
    if _STORES.get(plan.picked["vectors"]) == "vectors":
        yield "api", "vectors", f"{brief(plan.need.searches_per_second)} searches/s"


def _jobs(plan: Plan) -> Iterator[tuple[str, str, str]]:
    each = f"{plan.worker_concurrency} jobs at once each"
    if plan.picked["queue_store"] in _QUEUES:
        yield "worker", "queue", "publishes what is due"
        yield "queue", "worker", each
    else:
        yield "postgres", "worker", f"jobs to claim, {each}"
    if not plan.demand.queries and plan.need.compute_share < 100:
        running = max(1, round_up(plan.demand.running))
        yield "worker", "operation", f"{shown(running)} calls at once"


def _events(plan: Plan) -> Iterator[tuple[str, str, str]]:
    if not (plan.need.event_consumers and plan.need.events_per_second):
        return
    published = f"{brief(plan.need.events_per_second)} events/s"
    if plan.rabbitmq_nodes or plan.kafka_brokers:
        bus = "queue" if plan.picks("queue_store", "kafka") else "bus"
        yield "worker", bus, published
        yield bus, "consumers", f"{brief(plan.demand.deliveries)} deliveries/s"
    else:
        yield "worker", "consumers", f"{brief(plan.demand.deliveries)} signed calls/s"
