"""Repositories of what the advisor picks and of all pairs of options: they are linted, type-checked and
built, and pass their own tests.

CI takes one in eight of them and tests one, by ARCHGEN_SEED; ARCHGEN_SWEEP=2 takes and tests them all.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

import pytest

from tests.blueprints.npm import call, npm
from tests.blueprints.matrix import EXTRA, PRESET, advised, pairs, possible_pairs, rows

ROWS = rows()
SEED = int(os.environ.get("ARCHGEN_SEED", "1"))
SWEEP = int(os.environ.get("ARCHGEN_SWEEP", "1")) > 1
TAKEN = range(len(ROWS)) if SWEEP else range(SEED % 8, len(ROWS), 8)
TESTED = TAKEN if SWEEP else [TAKEN[SEED % len(TAKEN)]]


def test_every_pair_that_can_work_is_in_a_row():
    assert {pair for row in ROWS for pair in pairs(row)} == possible_pairs()


def test_every_pair_that_the_advisor_picks_is_in_a_row():
    picked = {pair for row in advised() for pair in pairs(row)}
    assert picked - {pair for row in ROWS for pair in pairs(row)} == set()


@pytest.fixture(scope="module")
def repository(installed, tmp_path_factory):
    """Render a row; repositories that want the same packages share their installation."""
    packages = tmp_path_factory.mktemp("packages")

    @cache
    def render(number: int) -> Path:
        folder = tmp_path_factory.mktemp("row") / "myservice"
        answers = [part for name, value in EXTRA.items() for part in ("--set", f"{name}={value}")]
        chosen = [
            part
            for topic, option in ROWS[number].items()
            for part in ("--choose", f"{topic}={option}")
        ]
        new = [installed / "archgen", "new", "myservice", "--preset", PRESET, "--yes", "--no-git"]
        call([*new, *answers, *chosen, "--dest", folder], folder.parent)
        listed = (folder / "package.json").read_bytes()
        shared = packages / hashlib.sha256(listed).hexdigest()
        if not shared.exists():
            shared.mkdir()
            (shared / "package.json").write_bytes(listed)
            npm(installed, shared, "install", "--no-audit")
        (folder / "node_modules").symlink_to(shared / "node_modules")
        return folder

    return render


@pytest.mark.parametrize("number", TAKEN)
def test_a_row_is_right_as_it_is_rendered(installed, repository, number):
    print(f"ARCHGEN_SEED={SEED}", ROWS[number])
    for script in ("lint", "typecheck", "build"):
        npm(installed, repository(number), "run", script, "--if-present")


@pytest.mark.parametrize("number", TESTED)
def test_a_row_passes_its_own_tests(installed, repository, number):
    print(f"ARCHGEN_SEED={SEED}", ROWS[number])
    folder = repository(number)
    npm(installed, folder, "run", "build", "--if-present")
    npm(installed, folder, "test", services=True)
