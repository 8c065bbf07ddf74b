from __future__ import annotations

import re
from dataclasses import replace

import pytest

from archgen.advisor.architecture import Architecture, Rejected
from archgen.brief import print_text, to_text
from tests.brief.facts import folded, statements, words
from tests.brief.sample import SAMPLE


def test_it_fits_80_columns_without_colour_or_trailing_spaces(architecture: Architecture) -> None:
    text = to_text(architecture)

    assert max(map(len, text.splitlines())) <= 80
    assert not re.search(r"\x1b|…|[ \t]$", text, re.MULTILINE)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_its_sections_are_in_order(architecture: Architecture) -> None:
    assert re.findall(r"^(\S.*)\n-+$", to_text(architecture), re.MULTILINE) == [
        "Assessment",
        "What gives first",
        "Choices",
        "Diagram",
        "Capacity",
        "Forecast",
        "Monthly cost",
        "Success metrics",
        "Scaling path",
        "What would change this",
        "Versions",
    ]


def test_it_says_everything(architecture: Architecture) -> None:
    text = folded(to_text(architecture))

    assert [said for said in statements(architecture) if folded(said) not in text] == []
    assert [word for word in words(architecture) if word not in text] == []


def section(title: str, architecture: Architecture = SAMPLE) -> str:
    start = f"\n{title}\n{'-' * len(title)}\n"
    return ("\n" + to_text(architecture)).split(start)[1].split("\n---")[0]


def test_problems_come_first_then_notes_then_what_is_not_rendered_then_the_total() -> None:
    assert re.findall("^  - ([A-Z ]+)", section("Assessment"), re.MULTILINE) == [
        "PROBLEM ",
        "NOTE ",
        "NOT YET",
        "COST",
    ]


def test_without_a_problem_the_requirements_go_together() -> None:
    notes = tuple(one for one in SAMPLE.findings if one.severity == "note")

    assert "go together" not in section("Assessment")
    assert "- The requirements go together.\n" in section(
        "Assessment", replace(SAMPLE, findings=notes)
    )


def test_the_total_stands_against_the_budget() -> None:
    within = replace(SAMPLE, cost=replace(SAMPLE.cost, within_budget=True, budget_usd=500))

    assert "above the budget of 200 USD." in folded(section("Assessment"))
    assert "known prices alone keep the budget of 500 USD." in folded(section("Assessment", within))


def test_an_override_shows_what_it_costs() -> None:
    text = folded(section("Choices"))

    assert "blueprint: nestjs-bullmq (your choice; advised: fastify-redis)" in text
    assert "at least 245.87 USD + 35.99 EUR a month, as advised 212.40 USD" in text
    assert "api_processes = 4 processes, as advised 2" in text
    assert "misses budget_usd_month: 245.87 USD is above 200 USD" in text


def test_flips_are_grouped_by_what_the_advice_becomes() -> None:
    said = "the advice becomes nestjs-bullmq at engineers ≥ 6 or knows = nestjs"
    assert said in folded(section("Choices"))


def test_impossible_options_are_told_from_worse_ones() -> None:
    assert "not express-kafka (impossible): " in section("Choices")
    assert "not fastify-redis: " in section("Choices")


def test_an_unknown_price_is_unknown_and_totals_are_at_least() -> None:
    bill = folded(section("Monthly cost"))

    assert "unknown RDS Proxy" in bill
    assert "month 12: at least 245.87 USD + 35.99 EUR" in bill


def test_a_number_that_is_rendered_otherwise_says_so() -> None:
    said = "api_processes = 4 processes (this version renders 2): "
    assert said in folded(section("Capacity"))


def test_what_there_is_none_of_is_named_in_one_line() -> None:
    assert "\n  none of rabbitmq_nodes\n" in section("Capacity")


def test_a_reason_that_repeats_is_not_written_out_again() -> None:
    first, *others = SAMPLE.choices
    alike = Rejected("express-kafka", first.because, False)
    repeating = replace(SAMPLE, choices=(replace(first, rejected=(alike,)), *others))

    assert "not express-kafka: for the same reason\n" in section("Choices", repeating)


def test_colour_is_for_terminals_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    print_text(SAMPLE)
    assert capsys.readouterr().out == to_text(SAMPLE)

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_text(SAMPLE)
    coloured = capsys.readouterr().out
    plain = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert coloured != plain
    assert re.sub(r" +$", "", plain, flags=re.MULTILINE) == to_text(SAMPLE)
