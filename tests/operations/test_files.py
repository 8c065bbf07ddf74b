"""What operators' and other programs' files say, checked by those programs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operations import validators
from tests.support import RENDERINGS, copied


@pytest.fixture(scope="module", params=RENDERINGS)
def repository(copie_session, request) -> Path:
    return copied(copie_session, RENDERINGS[request.param])


@pytest.fixture(scope="module")
def resources(repository) -> list[dict[str, Any]]:
    wrong, resources = validators.kustomization(repository / "deploy/kubernetes/production")
    assert wrong == ""
    return resources


def of_kind(resources: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """By the last part of their names."""
    found = [one for one in resources if one["kind"] == kind]
    return {one["metadata"]["name"].removeprefix("myservice-"): one for one in found}


def size(repository: Path) -> dict[str, float]:
    text = (repository / "src/sizing.ts").read_text()
    return {name: float(value) for name, value in re.findall(r"(\w+): ([\d.]+),", text)}


def test_dockerfile(repository):
    assert validators.dockerfile(repository / "Dockerfile") == ""


@pytest.mark.parametrize("names", [["compose.yaml"], ["compose.yaml", "compose.dev.yaml"]])
def test_compose(repository, names):
    assert validators.compose_files(*(repository / name for name in names)) == ""


def test_workflow(repository):
    workflow = repository / ".github/workflows/ci.yml"
    assert validators.workflow(workflow) == ""
    used = re.findall(r"uses: (.+)", workflow.read_text())
    assert used
    assert [one for one in used if not re.search(r"@[0-9a-f]{40} # v\d", one)] == []


def test_renovate(repository):
    assert validators.renovate(repository / "renovate.json") == ""


def test_renovate_leaves_to_the_template_what_is_the_templates(repository):
    rules = json.loads((repository / "renovate.json").read_text())["packageRules"]
    packages = json.loads((repository / "package.json").read_text())
    left = {name for rule in rules for name in rule.get("matchPackageNames", ())}
    assert left == {*packages["dependencies"], *packages["devDependencies"]}
    files = [name for rule in rules for name in rule.get("matchFileNames", ())]
    assert [name for name in files if not (repository / name).is_file()] == []


def test_catalog(repository):
    entities = list(yaml.safe_load_all((repository / "catalog-info.yaml").read_text()))
    component, api = entities
    api["spec"]["definition"] = (repository / api["spec"]["definition"]["$text"]).read_text()
    assert component["spec"]["providesApis"] == [api["metadata"]["name"]]
    assert [validators.catalog(entity) for entity in entities] == ["", ""]


def test_kubernetes(resources):
    (scaled_object,) = of_kind(resources, "ScaledObject").values()
    assert validators.keda(scaled_object) == ""
    rest = [one for one in resources if one is not scaled_object]
    assert [wrong for one in rest if (wrong := validators.kubernetes(one))] == []
    assert validators.kube_score(rest) == ""


def test_kubernetes_runs_what_the_scripts_run(repository, resources):
    scripts = json.loads((repository / "package.json").read_text())["scripts"]
    pods = of_kind(resources, "Deployment") | of_kind(resources, "Job")
    commands = {
        name: " ".join(pod["spec"]["template"]["spec"]["containers"][0]["command"])
        for name, pod in pods.items()
    }
    assert commands == {
        "api": scripts["start:api"],
        "worker": scripts["start:worker"],
        "migrate": scripts["migrate"],
        **({"consumer": scripts["start:consumer"]} if "start:consumer" in scripts else {}),
    }


def test_kubernetes_waits_longer_than_a_process_may_take_to_stop(resources):
    (config,) = of_kind(resources, "ConfigMap").values()
    grace_s = int(config["data"]["SHUTDOWN_GRACE_S"])
    for deployment in of_kind(resources, "Deployment").values():
        assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > grace_s


def test_kubernetes_never_opens_more_connections_than_postgres_has(repository, resources):
    (apis,) = of_kind(resources, "HorizontalPodAutoscaler").values()
    (workers,) = of_kind(resources, "ScaledObject").values()
    sized = size(repository)
    most = apis["spec"]["maxReplicas"] * sized["api_pool"]
    most += workers["spec"]["maxReplicaCount"] * sized["worker_pool"]
    if (variables := repository / "src/bus/consumer/variables.ts").is_file():
        (pool,) = re.findall(r"CONSUMER_POOL: count\((\d+),", variables.read_text())
        most += of_kind(resources, "Deployment")["consumer"]["spec"]["replicas"] * int(pool)
    assert most <= 0.8 * 100  # of a Postgres as small as there is
    assert apis["spec"]["maxReplicas"] >= apis["spec"]["minReplicas"]


def test_no_secret_is_in_the_repository(repository, resources):
    assert of_kind(resources, "Secret") == {}
    for pod in (of_kind(resources, "Deployment") | of_kind(resources, "Job")).values():
        (container,) = pod["spec"]["template"]["spec"]["containers"]
        assert {"secretRef": {"name": "myservice"}} in container["envFrom"]
