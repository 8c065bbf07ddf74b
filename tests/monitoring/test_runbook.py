"""The runbook: an entry an alert, an alert an entry, each complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.prometheus import alerts

SECTIONS = {"page": "Page: now", "ticket": "Ticket: in the morning"}


@pytest.fixture
def entries(rendered: Path) -> dict[str, tuple[str, str]]:
    """Alert to the section it stands in, and its text."""
    found = {}
    runbook = (rendered / "docs" / "runbook.md").read_text()
    for part in re.split(r"^## ", runbook, flags=re.MULTILINE)[1:]:
        section, _, text = part.partition("\n")
        for entry in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
            name, _, body = entry.partition("\n")
            found[name] = (section, body)
    return found


def test_every_alert_has_an_entry_in_the_section_of_its_severity(rules, entries):
    wanted = {name: SECTIONS[rule["labels"]["severity"]] for name, rule in alerts(rules).items()}
    assert {name: section for name, (section, _) in entries.items()} == wanted


@pytest.mark.parametrize("what", ["Means", "Users see", "Look", r"[Dd]o", "Over"])
def test_every_entry_says(entries, what):
    assert [
        name for name, (_, body) in entries.items() if not re.search(rf"\*\*{what}\*\*", body)
    ] == []


def test_entries_name_only_alerts_that_there_are(entries, rules):
    named = {
        name
        for _, body in entries.values()
        for name in re.findall(r"`((?:[A-Z][a-z]+){2,})`", body)
    }
    assert named - alerts(rules).keys() <= {"LeaseExpired", "WebhookUndelivered"}
