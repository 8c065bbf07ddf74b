"""Every validator can say no."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations import validators

POD = {"containers": [{"name": "a", "image": "a"}]}
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "a"},
    "spec": {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": POD},
    },
}


@pytest.mark.parametrize(
    ("validator", "text", "named"),
    [
        (validators.dockerfile, "FROM node:latest\n", "DL3007"),
        (validators.compose_files, "services: {a: {image: b, replica: 2}}", "replica"),
        (validators.workflow, "on: push\njobs: {a: {runs-on: c, step: []}}", "step"),
        (validators.renovate, '{"automerges": true}', "automerges"),
    ],
)
def test_of_files(tmp_path, validator, text, named):
    path = tmp_path / "renovate.json"
    path.write_text(text)
    assert named in validator(path)


def test_kustomize(tmp_path):
    (tmp_path / "kustomization.yaml").write_text("resources: [absent.yaml]")
    wrong, _ = validators.kustomization(tmp_path)
    assert "absent.yaml" in wrong


def test_kube_score():
    assert "[CRITICAL]" in validators.kube_score([DEPLOYMENT])


@pytest.mark.parametrize("spec", [{"replica": 2}, {"replicas": "two"}])
def test_kubernetes_validate(spec):
    assert validators.kubernetes(DEPLOYMENT) == ""
    assert validators.kubernetes(DEPLOYMENT | {"spec": DEPLOYMENT["spec"] | spec})


@pytest.mark.parametrize("spec", [{"scaleTargetRef": {}, "minReplicas": 2}, {"triggers": []}])
def test_keda(spec):
    assert validators.keda({"kind": "ScaledObject", "spec": spec})


@pytest.mark.parametrize("spec", [{"type": "service", "lifecycle": "production"}, {"owner": 5}])
def test_catalog(spec):
    entity = {"apiVersion": "backstage.io/v1alpha1", "kind": "Component"}
    assert validators.catalog(entity | {"metadata": {"name": "a"}, "spec": spec})
