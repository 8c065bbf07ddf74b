"""The validators of other projects, offline. Each answers what it has to say against a file or a
document; nothing is good news."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from archgen import services

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "archgen"
KUBERNETES = "1.37.0"
# Why not: the spread constraints are stricter than what it asks for, and CPU is not limited.
KUBE_SCORE = ("--ignore-container-cpu-limit", "--ignore-test=deployment-has-host-podantiaffinity")

CATALOG = """
import { entityEnvelopeSchemaValidator, apiEntityV1alpha1Validator,
  componentEntityV1alpha1Validator, FieldFormatEntityPolicy, NoForeignRootFieldsEntityPolicy,
  SchemaValidEntityPolicy, EntityPolicies } from '@backstage/catalog-model';
const policy = EntityPolicies.allOf([new SchemaValidEntityPolicy(), new FieldFormatEntityPolicy(),
  new NoForeignRootFieldsEntityPolicy()]);
const kinds = { API: apiEntityV1alpha1Validator, Component: componentEntityV1alpha1Validator };
const entity = entityEnvelopeSchemaValidator()(JSON.parse(process.argv[1]));
await policy.enforce(entity);
if (!(await kinds[entity.kind].check(entity))) throw new Error('not of this version');
"""


def program(name: str) -> str:
    """Where it is: beside this Python, among what .ci/validators built, or on PATH."""
    folders = [str(Path(sys.executable).parent), os.environ.get("VALIDATORS", "")]
    path = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed: VALIDATORS=$(.ci/validators), with Go, builds it.")
    return found


def said(argv: list[str], **options: Any) -> str:
    """What a program printed when it refused."""
    done = subprocess.run(
        argv, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options
    )
    return "" if done.returncode == 0 else done.stdout or f"exit code {done.returncode}"


def dockerfile(path: Path) -> str:
    return said([program("hadolint"), str(path)])


def compose_files(*paths: Path) -> str:
    """With every profile, and each variable that they insist on."""
    files = [part for path in paths for part in ("--file", str(path))]
    secrets = dict.fromkeys(("POSTGRES_PASSWORD", "RABBITMQ_PASSWORD"), "secret")
    env = {"PATH": os.defpath, **secrets, "AI_BASE_URL": "http://ai/v1"}
    return said([program("docker-compose"), *files, "--profile=*", "config", "--quiet"], env=env)


def workflow(path: Path) -> str:
    return said([program("actionlint"), "-shellcheck=", "-pyflakes=", str(path)])


def kustomization(folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """What is wrong with it, and what it makes."""
    done = subprocess.run(
        [program("kustomize"), "build", str(folder)], capture_output=True, text=True, check=False
    )
    return done.stderr, [one for one in yaml.safe_load_all(done.stdout) if one]


def kube_score(resources: list[dict[str, Any]]) -> str:
    argv = [program("kube-score"), "score", *KUBE_SCORE, "--exit-one-on-warning", "-"]
    return said(argv, input=yaml.safe_dump_all(resources))


def kubernetes(resource: dict[str, Any]) -> str:
    """Of the resources that every cluster has; one without a schema is refused as well."""
    try:
        kubernetes_validate.validate(resource, KUBERNETES, strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        return str(error)
    return ""


def keda(scaled_object: dict[str, Any]) -> str:
    errors = jsonschema.Draft202012Validator(_keda_schema()).iter_errors(scaled_object)
    return "\n".join(error.message for error in errors)


@cache
def _keda_schema() -> dict[str, Any]:
    """Of its own resource definition, which lies beside the programs."""
    path = Path(os.environ.get("VALIDATORS", "")) / "keda.sh_scaledobjects.yaml"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there: VALIDATORS=$(.ci/validators), with Go, gets it.")
    (version,) = yaml.safe_load(path.read_text())["spec"]["versions"]
    return _closed(version["schema"]["openAPIV3Schema"])


def _closed(schema: Any) -> Any:
    """With no properties but those it names, as Kubernetes prunes them."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


def catalog(entity: dict[str, Any]) -> str:
    """A Backstage entity, its placeholders replaced."""
    folder = npm_package("@backstage/catalog-model", "1.10.1")
    script = ["--input-type=module", "--eval", CATALOG, json.dumps(entity)]
    return _node(folder, script)


def renovate(path: Path) -> str:
    folder = npm_package("renovate", "44.121.2")
    validator = str(folder / "node_modules" / ".bin" / "renovate-config-validator")
    return _node(folder, [validator, "--strict", "--no-global", str(path)])


def _node(folder: Path, arguments: list[str]) -> str:
    with services.start(()) as node:
        return said(["node", *arguments], cwd=folder, env=node.environment())


def npm_package(name: str, version: str) -> Path:
    """A folder in the cache that has it installed; its install scripts have not run."""
    folder = CACHE / f"{name.replace('/', '-')}-{version}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as made, services.start(()) as node:
            build = Path(made) / "package"
            build.mkdir()
            (build / "package.json").write_text("{}")
            install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
            env = node.environment()
            subprocess.run([*install, f"{name}@{version}"], cwd=build, env=env, check=True)
            build.rename(folder)
    return folder
