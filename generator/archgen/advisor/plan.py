"""What carries the demand under the choices made: processes, cores, memory, connections, brokers.

Nothing counts on a cache: a cold one must not take the service down. While the choices stay equal,
more load never makes a total smaller.
"""

from __future__ import annotations

from collections.abc import Mapping

from archgen.advisor import capacity
from archgen.advisor.capacity import connection_pool, in_progress, round_up
from archgen.advisor.constants import LIMIT
from archgen.advisor.demand import BUDGET_MONTH, DAY_S, Demand
from archgen.advisor.lazy import lazy
from archgen.advisor.prices import Entry, Prices
from archgen.requirements import Requirements

_REQUEST_US = {
    "fastify-redis": "fastify_request_us",
    "nestjs-bullmq": "nestjs_request_us",
    "express-kafka": "express_request_us",
}
_SHARES = (0.25, 0.5, 1.0)  # of a core, which containers can have


# Options that change no quantity: a topic that is not picked yet counts as if one of these were.
_PLAIN: dict[str, tuple[str, ...]] = {
    "workers": ("separate",),
    "blueprint": ("fastify-redis",),
    "event_bus": ("none",),
    "queue_store": ("postgres",),
    "write_model": ("crud", "event-sourced"),
    "caching": ("none",),
    "http_caching": ("revalidate", "private", "cdn"),
    "vectors": ("none", "pinecone"),
    "partitioning": ("none",),
    "database": ("single",),
    "standby": ("none", "standby"),
    "client_updates": ("polling", "webhook"),
    "pool": ("direct",),
    "hosting": ("managed", "kubernetes"),
    "scaling": ("vertical", "horizontal"),
}


class Plan:
    """`picked` holds the choices made so far, topic to option."""

    def __init__(self, demand: Demand, prices: Prices, picked: Mapping[str, str]) -> None:
        self.demand = demand
        self.prices = prices
        self.picked = picked

    @staticmethod
    def minds(topic: str, option: str) -> bool:
        """Whether quantities differ once this is picked."""
        return option not in _PLAIN[topic]

    @property
    def need(self) -> Requirements:
        return self.demand.need

    def picks(self, topic: str, *options: str) -> bool:
        return self.picked.get(topic) in options

    # The HTTP processes

    @property
    def request_cost(self) -> str:
        """The constant that says what a request takes."""
        return _REQUEST_US[self.picked.get("blueprint", "fastify-redis")]

    @lazy
    def request_us(self) -> float:
        return LIMIT[self.request_cost]

    @lazy
    def rps_per_process(self) -> float:
        """Requests/s of one Node process at the target CPU utilisation."""
        return LIMIT["cpu_utilisation"] * 1e6 / self.request_us

    @lazy
    def api_needed(self) -> int:
        """Processes by CPU, and by open streams."""
        by_streams = round_up(self.streams / LIMIT["streams_per_process"])
        return max(round_up(self.need.peak_rps / self.rps_per_process), by_streams)

    @lazy
    def api_processes(self) -> int:
        return self.api_needed + self.demand.spare

    @lazy
    def api_cores(self) -> float:
        """Share of a core a process."""
        return _share(self.need.peak_rps / self.rps_per_process / self.api_needed)

    @lazy
    def streams(self) -> int:
        """Open streams, if that is how clients are told."""
        return self.need.concurrent_users if self.picks("client_updates", "sse") else 0

    @lazy
    def api_memory_mb(self) -> int:
        """Room for as many streams as a process may have, so that one more frees none."""
        held = min(self.streams, LIMIT["streams_per_process"])
        each = held * LIMIT["stream_kb"] / 1000
        return round_up(LIMIT["api_process_mb"] + each + self.cache_l1_mb)

    # The workers

    @property
    def job_us(self) -> float:
        """CPU of a worker for a call and what surrounds it, the event of its end included."""
        by_bullmq = self.picks("queue_store", "redis")
        besides = LIMIT["bullmq_job_us"] if by_bullmq else 0
        return LIMIT["worker_job_us"] + besides + self.tells * LIMIT["event_us"]

    @property
    def tells(self) -> bool:
        """Whether the end of a job is an event for other services."""
        return self.picks("event_bus", "rabbitmq")

    @lazy
    def worker_busy(self) -> float:
        """Cores that all workers together need at the target utilisation."""
        events = self.need.events_per_second if self.demand.deliveries else 0
        calls = self.demand.jobs + self.called
        micros = calls * self.job_us + events * LIMIT["event_us"]
        return micros / 1e6 / LIMIT["cpu_utilisation"] + self.computing

    @property
    def computing(self) -> float:
        """Cores for operations that compute in a worker: of the slots, which leave room already."""
        return self.demand.slots * self.need.compute_share / 100

    @lazy
    def called(self) -> float:
        """Deliveries/s that workers make themselves, without a bus."""
        return 0 if self.picks("event_bus", "rabbitmq", "kafka") else self.demand.deliveries

    @lazy
    def worker_cores(self) -> float:
        """Share of a core a process: by the whole, so that more jobs never shrink it."""
        return _share(self.worker_busy)

    @lazy
    def worker_needed(self) -> int:
        if self.picks("workers", "in-request") and not self.demand.deliveries:
            return 0
        by_slots = round_up(self.demand.slots / LIMIT["slots_per_worker"])
        return max(by_slots, round_up(self.worker_busy / self.worker_cores))

    @lazy
    def worker_processes(self) -> int:
        return self.worker_needed and self.worker_needed + self.demand.spare

    @property
    def worker_concurrency(self) -> int:
        """Jobs in parallel a process, so that the slots hold without the spare process."""
        return round_up(self.demand.slots / self.worker_needed) if self.worker_needed else 0

    @property
    def worker_memory_mb(self) -> int:
        each = LIMIT["running_job_mb"] + self.need.job_kb / 1000
        return round_up(LIMIT["worker_process_mb"] + LIMIT["slots_per_worker"] * each)

    # The queue and the cache

    @lazy
    def queue_depth(self) -> int:
        """Waiting jobs beyond which the service sheds load."""
        return max(100, round_up(self.demand.jobs * self.need.job_wait_s * LIMIT["shed_factor"]))

    @lazy
    def redis_mb(self) -> int:
        return capacity.redis_mb(self.queue_depth) if self.picks("queue_store", "redis") else 0

    @lazy
    def redis_queues(self) -> int:
        """Queues to spread the jobs over, as one carries only so many."""
        many = max(1, round_up(self.demand.jobs / LIMIT["queue_jobs_per_s"]))
        return many if self.picks("queue_store", "redis") else 0

    @lazy
    def cached_entries(self) -> float:
        """Answers that are fresh at once, if no two reads ask for the same."""
        return self.demand.reads * self.need.staleness_s

    @lazy
    def cache_mb(self) -> int:
        """Redis' memory for shared answers; the data itself is never larger."""
        if not self.picks("caching", "two-tier"):
            return 0
        each = self.need.response_kb * 1000 + LIMIT["cache_entry_bytes"]
        held = min(self.cached_entries * each / 2**20, self.demand.data_gb(BUDGET_MONTH) * 1000)
        return round_up((LIMIT["redis_base_mb"] + held) / (1 - LIMIT["redis_free_share"]))

    @property
    def cache_l1_mb(self) -> int:
        return int(LIMIT["l1_mb"]) if self.picks("caching", "two-tier", "in-process") else 0

    # The database

    @lazy
    def read_busy(self) -> float:
        """Cores of Postgres that reads keep busy at the peak."""
        searches = self.need.searches_per_second if self.picks("vectors", "pgvector") else 0
        micros = self.demand.reads * LIMIT["postgres_read_us"]
        micros += searches * LIMIT["vector_search_us"]
        return micros / 1e6 + self.queries

    @lazy
    def queries(self) -> float:
        """Cores that slow reads keep busy; none if writes keep their answers."""
        return 0 if self.picks("write_model", "cqrs") else self.demand.queries

    @lazy
    def queue_us(self) -> float:
        """CPU of Postgres for a job, the event of its end included."""
        known = self.picks("queue_store", "redis", "kafka")
        micros = LIMIT["queue_redis_us" if known else "queue_postgres_us"]
        return micros + self.tells * LIMIT["event_row_us"]

    @lazy
    def stored_events(self) -> float:
        """Events that pass through the outbox; with Kafka they do not touch the database."""
        kept = self.demand.deliveries and not self.picks("event_bus", "kafka")
        return self.need.events_per_second if kept else 0

    @lazy
    def write_busy(self) -> float:
        """Cores of Postgres that writes, jobs and stored events keep busy at the peak."""
        micros = self.demand.writes * LIMIT["postgres_write_us"]
        micros += self.stored_events * LIMIT["event_row_us"] + self.demand.jobs * self.queue_us
        return micros / 1e6

    @lazy
    def database_need(self) -> float:
        """Cores at the target utilisation, all servers together."""
        return (self.read_busy + self.write_busy) / LIMIT["cpu_utilisation"]

    @lazy
    def most_cores(self) -> float:
        """Of the largest server that can be had, priced here or not."""
        priced = self.prices.most("box" if self.own else "postgres", "cores")
        return priced if self.own else max(priced, LIMIT["largest_server_cores"])

    @lazy
    def most_gb(self) -> float:
        """Memory of the largest server that can be had, GB."""
        priced = self.prices.most("box" if self.own else "postgres", "memory_gb")
        return priced if self.own else max(priced, LIMIT["largest_server_gb"])

    @property
    def own(self) -> bool:
        """Whether it stands on servers of one's own."""
        return self.need.hosting == "self-hosted" or self.picks("hosting", "compose")

    @lazy
    def shards(self) -> int:
        split = self.picks("database", "sharded")
        return max(2, round_up(self.database_need / self.most_cores)) if split else 1

    @lazy
    def replicas(self) -> int:
        """Beside the primary, which serves reads as well; each repeats all writes."""
        if not self.picks("database", "replicas"):
            return 0
        room = self.most_cores * LIMIT["cpu_utilisation"] - self.write_busy
        return max(1, round_up(self.read_busy / room) - 1) if room > 0 else 1

    @lazy
    def server_busy(self) -> float:
        """Cores that are busy on each server; all are alike, as each may have to take over."""
        return (self.read_busy / (1 + self.replicas) + self.write_busy) / self.shards

    @lazy
    def server_cores(self) -> float:
        """Of each server, at the target utilisation."""
        return self.server_busy / LIMIT["cpu_utilisation"]

    @lazy
    def server_gb(self) -> float:
        """Memory of a server in a year."""
        return self.server_gb_in(BUDGET_MONTH)

    def server_gb_in(self, month: int) -> float:
        """Memory of a server: itself, its connections, what is read often, and a vector index if it
        holds one."""
        index = self.demand.index_gb if self.picks("vectors", "pgvector") else 0
        base = LIMIT["postgres_base_mb"] + self.connections / self.shards * LIMIT["connection_mb"]
        held = self.demand.hot_gb(month) + index / LIMIT["vector_memory_share"]
        return base / 1000 + held / self.shards

    @property
    def database_gb(self) -> float:
        """Memory of all database servers, GB."""
        return self.server_gb * (self.shards + self.replicas)

    def priced_server(self, month: int = BUDGET_MONTH) -> Entry | None:
        """A managed server that suffices then, if one is priced."""
        return self.prices.fitting("postgres", self.server_cores, self.server_gb_in(month))

    @lazy
    def database_cores(self) -> int:
        return max(2, round_up(self.database_need))

    # The connections

    @property
    def in_statements(self) -> float:
        """Connections that the statements of the peak keep busy, without a network (Little)."""
        reads = in_progress(self.demand.reads, LIMIT["read_s"])
        return reads + in_progress(self.demand.writes, LIMIT["write_s"])

    @property
    def statement_s(self) -> float:
        """How long a request has a connection: its statement, and the way there and back."""
        mean = self.in_statements / self.need.peak_rps
        return mean + LIMIT["round_trip_s"]

    @lazy
    def requests_in_database(self) -> float:
        """Requests of one process that use a connection at the same moment."""
        busiest = min(self.need.peak_rps, self.rps_per_process)
        return in_progress(busiest, self.statement_s) / LIMIT["target_utilisation"]

    @lazy
    def api_pool(self) -> int:
        wanted = round_up(self.requests_in_database) + 1
        return max(int(LIMIT["smallest_api_pool"]), wanted)

    @lazy
    def pooled(self) -> int:
        """Connections of all pools together."""
        workers = self.worker_processes * int(LIMIT["worker_connections"])
        return self.api_processes * self.api_pool + workers

    @lazy
    def beside_pools(self) -> int:
        """Connections past any pooler: each api process listens on one, and each worker keeps one
        for what takes long on monthly partitions."""
        months = self.worker_processes if self.picks("partitioning", "by-time") else 0
        return self.api_processes + months

    @lazy
    def pooler_connections(self) -> int:
        """What PgBouncer opens to the server."""
        return connection_pool(self.database_cores)

    @property
    def poolers(self) -> int:
        """PgBouncer's processes, a core each; two a shard, so that one may be lost."""
        return 2 * self.shards if self.picks("pool", "pgbouncer") else 0

    @lazy
    def connections(self) -> int:
        """To the servers, all together."""
        behind = self.pooler_connections if self.picks("pool", "pgbouncer") else self.pooled
        return behind + self.beside_pools

    @lazy
    def database_connections(self) -> int:
        return capacity.max_connections(self.connections)

    # Events, callbacks and vectors

    @lazy
    def kafka_partitions(self) -> int:
        """At least one for each process that may read them, of this service or one like it."""
        each = capacity.partitions(self.demand.event_mib_s, self.worker_processes)
        return each if self.picks("event_bus", "kafka") else 0

    @lazy
    def kafka_brokers(self) -> int:
        many = capacity.brokers(self.demand.event_mib_s, self.need.event_consumers)
        return many if self.picks("event_bus", "kafka") else 0

    @lazy
    def kafka_gb(self) -> float:
        """Events that are kept, copies included, GB."""
        if not self.kafka_brokers:
            return 0
        kept = LIMIT["kafka_days"] * DAY_S * LIMIT["kafka_copies"] * LIMIT["mean_to_peak"]
        return self.demand.event_mib_s * 2**20 * kept / 1e9

    @lazy
    def rabbitmq_nodes(self) -> int:
        many = 3 if self.need.availability > LIMIT["one_server_availability"] else 1
        return many if self.picks("event_bus", "rabbitmq") else 0

    @lazy
    def webhook_calls(self) -> int:
        """Calls back that are in flight at once."""
        needed = round_up(in_progress(self.demand.webhooks, LIMIT["webhook_s"]))
        return max(needed, round_up(LIMIT["webhook_calls"]))

    @lazy
    def raw_vector_gb(self) -> float:
        """All vectors as they are sent, four bytes a dimension, GB."""
        return self.need.vectors * self.need.vector_dimensions * 4 / 1e9

    @lazy
    def vector_gb(self) -> float:
        """Disk in Postgres, GB: the table (halfvec) and its index."""
        return 2 * self.demand.index_gb if self.picks("vectors", "pgvector") else 0

    @lazy
    def weaviate_gb(self) -> float:
        """Memory of a vector store of one's own, GB: the vectors and their links."""
        if not self.picks("vectors", "weaviate"):
            return 0
        return self.raw_vector_gb + self.need.vectors * LIMIT["vector_link_bytes"] / 1e9

    # All together

    @lazy
    def process_cores(self) -> float:
        return self.api_processes * self.api_cores + self.worker_processes * self.worker_cores

    @lazy
    def process_gb(self) -> float:
        api = self.api_processes * self.api_memory_mb
        return (api + self.worker_processes * self.worker_memory_mb) / 1000

    @lazy
    def cores(self) -> float:
        """Of the processes and of the database."""
        return self.process_cores + self.database_need

    @lazy
    def own_gb(self) -> float:
        """Memory if all stands on servers of one's own, GB."""
        queues = (self.redis_mb + self.cache_mb + self.rabbitmq_nodes * 512) / 1000
        return self.process_gb + self.database_gb + queues + self.weaviate_gb


def _share(cores: float) -> float:
    return next((share for share in _SHARES if cores <= share), 1.0)
