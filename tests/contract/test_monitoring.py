"""What alerts, dashboard and runbook read is what processes export; a fault fires its alert."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.contract.service import Service
from tests.contract.waiting import until
from tests.prometheus import Prometheus, alerts, panels, records, selectors
from tests.rabbitmq import started

Exported = dict[str, list[dict[str, str]]]
"""Metric to the labels of its series."""

METRIC = re.compile(
    r"(?<![\w.])(?:http|jobs?|database|outgoing|webhooks?|schedules?|worker|bus|cache|nodejs|process)_\w+"
)
SERVERS = {
    "redis": {"postgres", "redis"},
    "postgres": {"postgres", "replica"},
    "bus": {"postgres", "rabbitmq"},
}
NO_METRICS = {"max_connections", "job_id", "job_months", "jobs_default"}


@pytest.fixture(scope="module", params=SERVERS)
def busy(request: pytest.FixtureRequest, make_service) -> Iterator[Service]:
    """A service of each rendering that has seen some of everything, failures too."""
    with started(SERVERS[request.param]) as running:
        service = make_service(running)
        service.run("migrate")
        if replica := running.env.get("DATABASE_REPLICA_URL"):
            path = urlsplit(service.env["DATABASE_URL"]).path
            service.env["DATABASE_REPLICA_URL"] = urlsplit(replica)._replace(path=path).geturl()
        service.start("start:api", MAX_QUEUE_DEPTH=1)
        client = service.client(service.key("main"))
        job = {"type": "summarize", "input": {"text": "until there are too many"}}
        until(lambda: client.post("/v1/jobs", json=job).status_code == 503, "a refusal")
        service.start("start:worker")
        if "RABBITMQ_URL" in running.env:
            service.start("start:consumer")
        for job in client.all("/v1/jobs"):
            client.wait_for(job["id"])
        client.get("/v1/usage")
        yield service
        service.close()


@pytest.fixture(scope="module")
def exported(busy: Service) -> Exported:
    found: Exported = defaultdict(list)
    for process in busy.processes:
        for name, labels in re.findall(
            r"^(\w+)(?:\{(.*)\})? ", process.ops.get("/metrics").text, re.MULTILINE
        ):
            found[name].append(dict(re.findall(r'(\w+)="([^"]*)"', labels)))
    return found


def test_every_selector_of_alerts_and_dashboard_finds_a_series(busy, exported):
    monitoring = busy.repository / "deploy" / "monitoring"
    rules = monitoring / "alerts.yml"
    recorded = records(rules)
    expressions = [rule["expr"] for rule in alerts(rules).values()] + list(recorded.values())
    for panel in panels(monitoring / "dashboard.json"):
        expressions += [target["expr"] for target in panel.get("targets", [])]
    expressions += promql(busy.repository / "docs" / "runbook.md")
    assert [each for one in expressions for each in missing(one, exported, {*recorded, "up"})] == []


def test_every_metric_that_a_page_names_is_exported(busy, exported):
    for page in ("docs/runbook.md", "docs/operations.md", "docs/extending.md", "README.md"):
        prose = re.sub(r"```.*?```", "", (busy.repository / page).read_text(), flags=re.DOTALL)
        code = " ".join(re.findall(r"`([^`]+)`", prose))
        assert set(METRIC.findall(code)) - NO_METRICS - names(exported) == set(), page


def test_no_label_has_a_value_for_each_job_or_tenant(exported):
    """By names of labels: those with bounded values."""
    bounded = {
        "method", "route", "status", "reason", "type", "state", "dependency", "outcome", "refusal",
        "statement", "tier", "server", "replica", "le", "kind", "space", "chore",
        "version", "major", "minor", "patch",
    }  # fmt: skip
    labels = {label for series in exported.values() for one in series for label in one}
    assert labels <= bounded
    values = {value for series in exported.values() for one in series for value in one.values()}
    assert [value for value in values if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-|main", value)] == []


def names(exported: Exported) -> set[str]:
    """Also of histograms as a whole."""
    return {name for full in exported for name in (full, re.sub(r"_(bucket|count|sum)$", "", full))}


def promql(page: Path) -> list[str]:
    return re.findall(r"```promql\n(.*?)```", page.read_text(), re.DOTALL)


def missing(expr: str, exported: Exported, known: set[str]) -> Iterator[str]:
    """The selectors of an expression that find nothing, and labels that it groups by in vain."""
    found = [(name, matchers) for name, matchers in selectors(expr) if name not in known]
    for name, matchers in found:
        choices = [alternatives(*each) for each in matchers if each[0] != "job"]
        for wanted in itertools.product(*choices):
            if not any(all(fits(one, *each) for each in wanted) for one in exported.get(name, [])):
                yield f"{name} {wanted} in {expr}"
    labels = {label for name, _ in found for one in exported.get(name, []) for label in one}
    for grouped in re.findall(r"by \(([^)]*)\)", expr):
        for label in re.split(r", *", grouped):
            if found and label != "instance" and label not in labels:
                yield f"by {label} in {expr}"


def alternatives(label: str, operator: str, value: str) -> list[tuple[str, str, str]]:
    """Each value of a list such as `due|published` has to be there."""
    if operator == "=~" and re.fullmatch(r"[a-z_]+(\|[a-z_]+)+", value):
        return [(label, "=", one) for one in value.split("|")]
    return [(label, operator, value)]


def fits(series: dict[str, str], label: str, operator: str, value: str) -> bool:
    if label not in series:
        return False
    same = re.fullmatch(value, series[label]) if "~" in operator else value == series[label]
    return bool(same) != operator.startswith("!")


def test_workers_that_stop_while_jobs_arrive_are_told_of(new_service, breakable):
    """A real Prometheus over a real service; only the rules' patience is shortened."""
    service = new_service
    service.run("migrate")
    api = service.start("start:api")
    worker = service.start("start:worker")
    rules = service.repository / "deploy" / "monitoring" / "alerts.yml"
    prometheus = Prometheus(
        breakable,
        job="myservice",
        rules=rules,
        ops_ports=[process.ops.base_url.port for process in (api, worker)],
        changes={r"for: \d+m": "for: 1s", r"(jobs_oldest_waiting_seconds.*) > \d+": r"\1 > 5"},
    )
    prometheus.start()
    client = service.client(service.key("main"))
    client.wait_for(client.submit("while all is well")["id"], "succeeded")
    until(lambda: prometheus.scraped() == 2 and not prometheus.firing(), "no alert")

    worker.stop()
    id = client.submit("while nobody works")["id"]
    until(lambda: prometheus.firing() >= {"JobsWait", "WorkersMissing"}, "the alerts", 60)
    assert prometheus.firing() == {"JobsWait", "WorkersMissing", "ProcessDown"}

    service.start("start:worker", OPS_PORT=worker.ops.base_url.port)
    client.wait_for(id, "succeeded")
    until(lambda: not prometheus.firing(), "the alerts to end", 60)
    prometheus.kill()
