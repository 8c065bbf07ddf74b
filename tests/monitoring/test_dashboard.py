"""The Grafana dashboard."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from tests.monitoring.conftest import NAME
from tests.prometheus import SELECTOR, panels, records


@pytest.fixture
def dashboard(rendered: Path) -> Path:
    return rendered / "deploy" / "monitoring" / "dashboard.json"


def test_its_source_is_chosen_in_grafana(dashboard):
    document = json.loads(dashboard.read_text())
    (variable,) = document["templating"]["list"]
    assert (variable["name"], variable["type"]) == ("datasource", "datasource")
    sources = [panel["datasource"] for panel in document["panels"] if panel["type"] != "row"]
    sources += [one["datasource"] for one in document["annotations"]["list"]]
    assert all(source["uid"] == "${datasource}" for source in sources)


def test_panels_have_ids_titles_and_units_of_their_own(dashboard):
    all_panels = panels(dashboard)
    ids = [panel["id"] for panel in all_panels]
    titles = [panel["title"] for panel in all_panels]
    assert len(set(ids)) == len(ids)
    assert len(set(titles)) == len(titles)
    assert all(titles)
    shown = [panel for panel in all_panels if panel["type"] != "row"]
    assert all(panel["fieldConfig"]["defaults"]["unit"] for panel in shown)
    assert all(panel["targets"] for panel in shown)


def test_no_panel_lies_over_another(dashboard):
    for one, other in itertools.combinations([panel["gridPos"] for panel in panels(dashboard)], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)


def test_its_expressions_are_about_this_service_and_read_rules_that_there_are(dashboard):
    recorded = records(dashboard.with_name("alerts.yml"))
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            found = SELECTOR.findall(target["expr"])
            assert found, target
            for name, labels in found:
                assert f'job="{NAME}"' in labels
                assert name in recorded or not name.startswith("job:")


def test_its_lines_are_the_briefs(render_brief):
    lines = {
        brief: {
            panel["title"]: panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]
            for panel in panels(render_brief(brief) / "deploy/monitoring/dashboard.json")
            if "thresholds" in panel.get("fieldConfig", {}).get("defaults", {})
        }
        for brief in ("redis", "strict")
    }
    ages = [lines[brief]["Age of the oldest job that waits"] for brief in ("redis", "strict")]
    p95s = [lines[brief]["p95 by route"] for brief in ("redis", "strict")]
    failures = [lines[brief]["Failed requests (5xx)"] for brief in ("redis", "strict")]
    assert (ages, p95s, failures) == ([10, 3], [0.2, 0.075], [0.001, 0.0001])
