"""Prometheus, which scrapes a running service, and promtool, which checks its rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from archgen.services import Running, Server, ports

MISSING = "{} is not installed. Install the package prometheus (Debian; .ci/prometheus does)."
SELECTOR = re.compile(r"(?<![\w:])([a-z][\w:]*)\{([^{}]*)\}")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')


def promtool(*arguments: str | Path) -> str:
    """What it prints; skips the test where it is absent."""
    program = installed("promtool")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def installed(program: str) -> Path:
    found = shutil.which(program)
    if found is None:
        pytest.skip(MISSING.format(program))
    return Path(found)


def alerts(rules: Path) -> dict[str, dict[str, Any]]:
    """Alert to its rule."""
    return {rule["alert"]: rule for rule in _rules(rules) if "alert" in rule}


def records(rules: Path) -> dict[str, str]:
    """Recorded name to its expression."""
    return {rule["record"]: rule["expr"] for rule in _rules(rules) if "record" in rule}


def _rules(rules: Path) -> list[dict[str, Any]]:
    return [
        rule for group in yaml.safe_load(rules.read_text())["groups"] for rule in group["rules"]
    ]


def panels(dashboard: Path) -> list[dict[str, Any]]:
    return json.loads(dashboard.read_text())["panels"]


def selectors(promql: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Each metric that is selected, with its matchers: label, operator, value."""
    return [(name, MATCHER.findall(labels)) for name, labels in SELECTOR.findall(promql)]


class Prometheus(Server):
    """Scrapes the processes of a service once a second, and evaluates a copy of its rules as often;
    ``changes`` are made to their text."""

    name = "prometheus"
    product = "Prometheus"

    def __init__(
        self,
        running: Running,
        *,
        job: str,
        rules: Path,
        ops_ports: Sequence[int],
        changes: Mapping[str, str] = {},
    ) -> None:
        super().__init__(running.session, {})
        text = rules.read_text()
        for pattern, replacement in changes.items():
            text, count = re.subn(pattern, replacement, text)
            assert count, pattern
        copy = self.session.private_file("alerts.yml", text)
        targets = [f"{ports.HOST}:{port}" for port in ops_ports]
        settings = {
            "global": {
                "scrape_interval": "1s",
                "scrape_timeout": "1s",
                "evaluation_interval": "1s",
            },
            "rule_files": [str(copy)],
            "scrape_configs": [{"job_name": job, "static_configs": [{"targets": targets}]}],
        }
        self.settings = self.session.private_file("prometheus.yml", yaml.safe_dump(settings))
        self.data = self.session.folder / "prometheus"
        self.session.private_folder(self.data)

    def find_program(self) -> Path:
        return installed("prometheus")

    def argv(self) -> Sequence[str | Path]:
        return [
            self.program,
            f"--config.file={self.settings}",
            f"--storage.tsdb.path={self.data}",
            f"--web.listen-address={ports.HOST}:{self.port}",
        ]

    def ready(self) -> bool:
        try:
            return httpx.get(f"http://{ports.HOST}:{self.port}/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    def env(self) -> dict[str, str]:
        return {}

    def scraped(self) -> int:
        """How many processes it reaches."""
        return sum(target["health"] == "up" for target in self._ask("targets")["activeTargets"])

    def firing(self) -> set[str]:
        """Names of alerts."""
        return {
            alert["labels"]["alertname"]
            for alert in self._ask("alerts")["alerts"]
            if alert["state"] == "firing"
        }

    def _ask(self, what: str) -> dict[str, Any]:
        return httpx.get(f"http://{ports.HOST}:{self.port}/api/v1/{what}").json()["data"]
