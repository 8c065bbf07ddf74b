"""The rendered repository's own checks pass as its team would run them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support import RENDERINGS, git


@pytest.fixture(scope="module", params=RENDERINGS)
def repository(rendering, request) -> Path:
    return rendering(request.param)


def npm(installed: Path, repository: Path, *arguments: str, services: bool = False) -> str:
    which = () if services else ("--with", "none")
    command = [installed / "archgen", "services", *which, "--", "npm", *arguments]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_formatter_leaves_no_difference(installed, repository):
    npm(installed, repository, "run", "format")
    assert git(repository, "status", "--porcelain") == "?? package-lock.json"


def test_its_own_tests(installed, repository):
    npm(installed, repository, "test", *to_run(repository), services=True)


def to_run(repository: Path) -> list[str]:
    """For NestJS what runs an app or a process; all else is the same, and tested in the other."""
    if not (repository / "src" / "api.module.ts").is_file():
        return []
    return ["--", "test/routes", "test/plugins", "test/processes", "test/redis", "causes"]


def test_it_measures_what_its_brief_predicted(installed, repository):
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
