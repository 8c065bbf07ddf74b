"""What a reviewer can check: stories of real teams, each with the choices an expert would sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from archgen import presets
from archgen.advisor import Architecture, advise
from archgen.advisor.rules import OPTIONS
from archgen.requirements import parse

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yml"))


def load(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text("utf-8"))


def answers(scenario: dict[str, Any]) -> dict[str, Any]:
    preset = presets.load(scenario["preset"]) if "preset" in scenario else {}
    return preset | scenario.get("answers", {})


def acceptable(expected: str | list[str]) -> list[str]:
    return expected if isinstance(expected, list) else [expected]


def codes(architecture: Architecture) -> set[str]:
    return {finding.code for finding in architecture.findings}


def test_there_are_scenarios_enough() -> None:
    assert len(FILES) >= 30


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_expert_would_sign_it(file: Path) -> None:
    scenario = load(file)
    architecture = advise(parse(answers(scenario)))

    wrong = {
        topic: (architecture.picked[topic], expected)
        for topic, expected in scenario["expect"].items()
        if architecture.picked[topic] not in acceptable(expected)
    }
    assert not wrong, scenario["reason"]
    assert codes(architecture) >= set(scenario.get("findings", [])), scenario["reason"]
    assert not codes(architecture) & set(scenario.get("no_findings", [])), scenario["reason"]
    if "over_budget" in scenario:
        assert architecture.cost.within_budget != scenario["over_budget"], architecture.cost


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_names_what_there_is(file: Path) -> None:
    scenario = load(file)

    assert scenario["story"]
    assert scenario["reason"]
    for topic, expected in scenario["expect"].items():
        assert set(acceptable(expected)) <= set(OPTIONS[topic])


def test_every_option_is_somewhere_expected() -> None:
    expected = [
        (topic, option)
        for file in FILES
        for topic, options in load(file)["expect"].items()
        for option in acceptable(options)
    ]
    missing = {(topic, option) for topic in OPTIONS for option in OPTIONS[topic]} - set(expected)
    assert not missing
