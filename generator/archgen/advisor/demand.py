"""What the requirements ask for, whatever is chosen. Rates are 1/s at the peak, sizes GB (10^9)."""

from __future__ import annotations

from dataclasses import dataclass

from archgen.advisor.capacity import in_progress, p95_wait, servers_for
from archgen.advisor.constants import LIMIT
from archgen.advisor.lazy import lazy
from archgen.requirements import Requirements

DAY_S = 86_400
MONTH_S = 730 * 3600
MONTH_DAYS = 30
BUDGET_MONTH = 12  # a design that outgrows its budget within the year is not within it
MONTHS = (1, BUDGET_MONTH, 36)  # of which storage and cost are told


@dataclass(frozen=True)
class Demand:
    need: Requirements

    @lazy
    def reads(self) -> float:
        return self.need.peak_rps * self.need.read_share / 100

    @lazy
    def writes(self) -> float:
        return self.need.peak_rps - self.reads

    @lazy
    def jobs(self) -> float:
        return self.need.jobs_per_minute / 60

    @lazy
    def running(self) -> float:
        """Operations in progress."""
        return in_progress(self.jobs, self.need.typical_operation_s)

    @lazy
    def slots(self) -> int:
        """Jobs that must be able to run at once."""
        return servers_for(self.jobs, self.need.typical_operation_s, self.need.job_wait_s)

    @property
    def wait_s(self) -> float:
        """p95 wait that these slots give."""
        return p95_wait(self.slots, self.jobs, self.need.typical_operation_s)

    @lazy
    def queries(self) -> float:
        """Cores of Postgres that the slow operation keeps busy if it is a query."""
        return self.running if self.need.workload == "read-heavy" else 0.0

    @lazy
    def deliveries(self) -> float:
        """Events times the services that get each."""
        return self.need.events_per_second * self.need.event_consumers

    @lazy
    def polls(self) -> float:
        """Requests that ask after the jobs in progress."""
        most = self.running / LIMIT["poll_after_s"]
        return min(most, self.jobs / LIMIT["poll_share"])  # S cancels out of the latter, exactly

    @property
    def poll_after(self) -> float:
        """Seconds after which a client should ask again."""
        wanted = self.need.typical_operation_s * LIMIT["poll_share"]
        return max(LIMIT["poll_after_s"], wanted)

    @lazy
    def spare(self) -> int:
        """Processes of a kind beyond the needed ones, so that one may be lost."""
        return int(self.need.availability >= LIMIT["spare_from_availability"])

    @lazy
    def mean_jobs(self) -> float:
        return self.jobs * LIMIT["mean_to_peak"]

    @lazy
    def purged_rows(self) -> float:
        """Rows a day that retention deletes once it has begun: as many as are added."""
        return self.mean_jobs * DAY_S

    def jobs_gb(self, month: int) -> float:
        """What finished jobs take after so many months, GB."""
        days = min(self.need.retention_days, month * MONTH_DAYS)
        stored = self.purged_rows * days * self.need.job_kb * 1000
        return stored * LIMIT["storage_factor"] / 1e9

    def data_gb(self, month: int) -> float:
        """All data in the database after so many months, GB."""
        return self.need.data_gb + month * self.need.growth_gb_month + self.jobs_gb(month)

    def hot_gb(self, month: int) -> float:
        """What is read often then and should fit the memory, GB."""
        return LIMIT["hot_share"] * min(self.data_gb(month), LIMIT["database_table_gb"])

    @lazy
    def vector_bytes(self) -> float:
        """A vector in a pgvector index, bytes: two each dimension (halfvec) and its links."""
        return self.need.vector_dimensions * 2 + LIMIT["vector_link_bytes"]

    @lazy
    def index_gb(self) -> float:
        """All vectors in a pgvector index, GB."""
        return self.need.vectors * self.vector_bytes / 1e9

    @lazy
    def traffic_gb(self) -> float:
        """HTTP answers of a month, GB."""
        mean = self.need.peak_rps * LIMIT["mean_to_peak"]
        return mean * self.need.response_kb * MONTH_S / 1e6

    @lazy
    def searches(self) -> float:
        """Searches of a month."""
        return self.need.searches_per_second * LIMIT["mean_to_peak"] * MONTH_S

    @lazy
    def event_mib_s(self) -> float:
        """Events as they come in, MiB/s."""
        return self.need.events_per_second * self.need.event_bytes / 2**20

    @property
    def webhooks(self) -> float:
        """Calls back a second if each job is reported by one."""
        return self.jobs
