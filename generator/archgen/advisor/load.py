"""The load that requirements put on an architecture, and what carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from archgen.advisor.capacity import connection_pool, in_progress, round_up, servers_for
from archgen.advisor.constants import LIMIT
from archgen.requirements import Requirements

_REQUEST_US = {
    "fastify-redis": "fastify_request_us",
    "nestjs-bullmq": "nestjs_request_us",
    "express-kafka": "express_request_us",
}


@dataclass(frozen=True)
class Load:
    """Rates are 1/s. `picked` holds the choices made so far, of which some change the load."""

    DEPENDS_ON: ClassVar = frozenset({"blueprint", "event_bus"})

    need: Requirements
    picked: Mapping[str, str]

    @property
    def reads(self) -> float:
        return self.need.peak_rps * self.need.read_share / 100

    @property
    def writes(self) -> float:
        return self.need.peak_rps - self.reads

    @property
    def jobs(self) -> float:
        return self.need.jobs_per_minute / 60

    @property
    def deliveries(self) -> float:
        """Events times the services that get each."""
        return self.need.events_per_second * max(1, self.need.event_consumers)

    @property
    def poll_after(self) -> int:
        """Seconds after which a client should ask again."""
        wanted = self.need.typical_operation_s * LIMIT["poll_share"]
        return max(int(LIMIT["poll_after_s"]), round_up(wanted))

    @property
    def polls(self) -> float:
        """Requests that ask after the jobs in progress."""
        return in_progress(self.jobs, self.need.typical_operation_s) / self.poll_after

    @property
    def spare(self) -> int:
        """Processes of a kind beyond the needed ones, so that one may be lost."""
        return int(self.need.availability >= LIMIT["spare_from_availability"])

    @property
    def request_us(self) -> float:
        return LIMIT[_REQUEST_US[self.picked.get("blueprint", "fastify-redis")]]

    @property
    def rps_per_process(self) -> float:
        """Requests/s of one Node process at the target CPU utilisation."""
        return LIMIT["cpu_utilisation"] * 1e6 / self.request_us

    @cached_property
    def api_processes(self) -> int:
        return round_up(self.need.peak_rps / self.rps_per_process) + self.spare

    @cached_property
    def slots(self) -> int:
        """Jobs that must be able to run at once."""
        return servers_for(self.jobs, self.need.typical_operation_s, self.need.job_wait_s)

    @cached_property
    def worker_processes(self) -> int:
        return round_up(self.slots / LIMIT["slots_per_worker"]) + self.spare

    @property
    def worker_concurrency(self) -> int:
        """Jobs in parallel a process, so that the slots hold without the spare process."""
        return round_up(self.slots / (self.worker_processes - self.spare))

    @property
    def queue_depth(self) -> int:
        """Waiting jobs beyond which the service sheds load."""
        return max(100, round_up(self.jobs * self.need.job_wait_s * LIMIT["shed_factor"]))

    @property
    def stored_events(self) -> float:
        """Events that pass through the outbox; with Kafka they do not touch the database."""
        return self.need.events_per_second * (self.picked.get("event_bus") == "rabbitmq")

    @cached_property
    def database_busy(self) -> float:
        """Cores of the database that are busy at the peak, no cache counted on."""
        micros = (
            self.reads * LIMIT["postgres_read_us"]
            + (self.writes + self.stored_events) * LIMIT["postgres_write_us"]
            + self.jobs * LIMIT["postgres_job_us"]
        )
        return micros / 1e6

    @property
    def database_cores(self) -> int:
        return max(2, round_up(self.database_busy / LIMIT["cpu_utilisation"]))

    @property
    def requests_in_database(self) -> float:
        """Requests of one process that use a connection at the same moment."""
        busiest = min(self.need.peak_rps, self.rps_per_process)
        return in_progress(busiest, LIMIT["statement_s"]) / LIMIT["target_utilisation"]

    @property
    def api_pool(self) -> int:
        wanted = min(connection_pool(self.database_cores), round_up(self.requests_in_database) + 1)
        return max(int(LIMIT["smallest_api_pool"]), wanted)

    @property
    def pooled(self) -> int:
        """Connections of all pools together."""
        workers = self.worker_processes * int(LIMIT["worker_connections"])
        return self.api_processes * self.api_pool + workers

    @property
    def cores(self) -> int:
        """One for each process, and those of the database."""
        return self.api_processes + self.worker_processes + self.database_cores

    @property
    def data_gb_in_3_years(self) -> float:
        return self.need.data_gb + 36 * self.need.growth_gb_month
