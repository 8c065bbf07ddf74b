"""The rendered repository's own checks pass as its team would run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.blueprints.npm import npm
from tests.support import RENDERINGS, git


@pytest.fixture(scope="module", params=RENDERINGS)
def repository(rendering, request) -> Path:
    return rendering(request.param)


def test_the_formatter_leaves_no_difference(installed, repository):
    npm(installed, repository, "run", "format")
    assert git(repository, "status", "--porcelain") == "?? package-lock.json"


# What runs an app or a process; all else is the same in every rendering.
OF_NEST = ("test/routes", "test/plugins", "test/processes", "test/redis", "causes")
OF_BUS = ("test/bus", "test/ledger", "test/config")
# Where it is not all of them.
OWN_TESTS = {"nest-redis": OF_NEST, "nest-postgres": OF_NEST, "nest-bus": OF_NEST + OF_BUS, "bus": OF_BUS}


@pytest.mark.parametrize("name", RENDERINGS)
def test_its_own_tests(installed, rendering, name):
    files = OWN_TESTS.get(name, ())
    npm(installed, rendering(name), "test", "--", *files, services=True)


@pytest.mark.parametrize("name", ["redis", "nest-postgres"])
def test_it_measures_what_its_brief_predicted(installed, rendering, name):
    repository = rendering(name)
    bench = ("run", "-s", "bench", "--", "brief", "--quick", "--json")
    report = json.loads(npm(installed, repository, *bench, services=True))

    forecast = yaml.safe_load((repository / ".copier-answers.yml").read_text())["brief"]["forecast"]
    predicted = {one["name"]: one["value"] for one in forecast["predictions"]}
    assert {row["quantity"]: row["predicted"] for row in report["rows"]} == predicted
    assert [row["quantity"] for row in report["rows"] if not row["measured"]] == []
    for bottlenecks in report["bottlenecks"].values():
        resources = {one["resource"] for one in bottlenecks}
        assert resources == {one["resource"] for one in forecast["bottlenecks"]}


def test_npm_ci_is_clean_after_the_first_install(installed, repository):
    npm(installed, repository, "ci", "--dry-run")
