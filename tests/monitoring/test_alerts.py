"""The alerts: Prometheus takes them, each fires and is silent, their numbers are the brief's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from archgen.advisor import advise
from archgen.requirements import parse
from tests.monitoring.conftest import BRIEFS, NAME
from tests.prometheus import SELECTOR, alerts, promtool, records

# The alert that watches each of the brief's success metrics.
WATCHES = {
    "availability": "AvailabilityBurnsSlowly",
    "burn rate": "AvailabilityBurnsFast",
    "latency": "LatencyBurnsSlowly",
    "waiting": "JobsWait",
    "backlog": "QueueNearlyFull",
    "slots": "AllSlotsTaken",
    "duration": "RunsTakeLong",
    "dead letters": "JobsDie",
    "pool": "PoolExhausted",
    "event loop": "EventLoopLate",
}
METRIC = r"\b(?:http|jobs?|worker|database|nodejs)_\w+"
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


def test_prometheus_takes_the_rules(rules):
    promtool("check", "rules", rules)


def test_prometheus_takes_its_configuration(rules):
    promtool("check", "config", rules.with_name("prometheus.yml"))


def test_the_rendered_tests_of_the_rules_pass(rules):
    promtool("test", "rules", rules.with_name("alerts.test.yml"))


def test_every_alert_is_seen_to_fire_and_to_be_silent(rules):
    """In the rendered tests, which say at each moment exactly which alerts fire."""
    fires, silent = set(), set()
    for case in yaml.safe_load(rules.with_name("alerts.test.yml").read_text())["tests"]:
        moments = [
            set(re.findall(r'alertname="(\w+)"', str(check["exp_samples"])))
            for check in case["promql_expr_test"]
        ]
        fires |= set.union(*moments)
        silent |= {alert for alert in set.union(*moments) for at in moments if alert not in at}
    assert fires == silent == alerts(rules).keys()


def test_every_alert_says_what_is_wrong_with_its_number_and_where_to_read_on(rules):
    for name, rule in alerts(rules).items():
        said = rule["annotations"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["labels"]["service"] == NAME
        assert NAME in said["summary"]
        assert "$value" in said["description"]
        assert said["runbook"] == f"docs/runbook.md#{name.lower()}"


def test_every_expression_is_about_this_service_alone(rules):
    for expr in [rule["expr"] for rule in alerts(rules).values()] + list(records(rules).values()):
        assert all(f'job="{NAME}"' in labels for _, labels in SELECTOR.findall(expr))
        assert not re.search(METRIC, SELECTOR.sub("", expr)), expr


@pytest.mark.parametrize("brief", BRIEFS)
def test_the_thresholds_are_those_of_the_briefs_success_metrics(render_brief, brief):
    rules = render_brief(brief) / "deploy" / "monitoring" / "alerts.yml"
    _, answers = BRIEFS[brief]
    need = parse(answers)
    promised = {metric.name: metric for metric in advise(need).metrics}
    assert promised.keys() <= WATCHES.keys()
    for name, metric in promised.items():
        expr = expanded(alerts(rules)[WATCHES[name]]["expr"], rules)
        assert number(metric.threshold) in numbers(expr), (name, expr)
        read = set(re.findall(METRIC, metric.promql))
        assert read <= set(re.findall(r"\w+", expr)), (name, expr)


def test_other_promises_move_the_thresholds(render_brief):
    moved = {
        brief: {
            name: numbers(expanded(rule["expr"], rules)) for name, rule in alerts(rules).items()
        }
        for brief in ("redis", "strict")
        if (rules := render_brief(brief) / "deploy" / "monitoring" / "alerts.yml")
    }
    differ = {name for name in moved["redis"] if moved["redis"][name] != moved["strict"][name]}
    assert differ == {
        "AvailabilityBurnsFast",
        "AvailabilityBurnsSlowly",
        "LatencyBurnsFast",
        "LatencyBurnsSlowly",
        "JobsWait",
        "QueueNearlyFull",
        "AllSlotsTaken",
        "RunsTakeLong",
    }


def expanded(expr: str, rules: Path) -> str:
    """With recorded names replaced by what they record."""
    recorded = records(rules)
    return SELECTOR.sub(lambda found: recorded.get(found[1], found[0]), expr)


def number(threshold: str) -> float:
    return float(threshold.split()[-1])


def numbers(expr: str) -> set[float]:
    """Those that it compares with, and the buckets that it picks."""
    plain = re.sub(r"\[\w+\]", "", expr)
    return {float(found) for found in NUMBER.findall(plain.replace("[.]", "."))}
