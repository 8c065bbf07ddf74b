"""The interview, driven through a terminal of 80 columns."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
import yaml

ENTER, ESCAPE, CTRL_C, DOWN, SPACE = "\r", "\x1b", "\x03", "\x1b[B", " "


@pytest.fixture
def terminal(tmp_path: Path, git_identity: None) -> Iterator[pexpect.spawn]:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "archgen", "new", "myservice"],
        cwd=str(tmp_path),
        dimensions=(40, 80),
        encoding="utf-8",
        timeout=30,
        env=os.environ | {"TERM": "xterm-256color"},
    )
    yield child
    child.close(force=True)


def exit_code(child: pexpect.spawn) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def answers(tmp_path: Path) -> dict:
    return yaml.safe_load((tmp_path / "myservice" / ".copier-answers.yml").read_text())


def test_five_defaults_render(terminal, tmp_path):
    for place in range(1, 6):
        terminal.expect(f"{place}/5")
        terminal.send(ENTER)
    terminal.expect("Render myservice")
    terminal.send(ENTER)
    terminal.expect("npm run dev")
    assert exit_code(terminal) == 0
    assert answers(tmp_path)["requirements"]["peak_rps"] == 50


def test_esc_goes_back_and_keeps_what_was_typed(terminal, tmp_path):
    terminal.expect("1/5")
    terminal.send(DOWN + ENTER)
    terminal.expect("2/5")
    terminal.send(ESCAPE)
    terminal.expect("1/5")
    terminal.send(ENTER)
    terminal.expect("2/5")
    for place in range(3, 6):
        terminal.send(ENTER)
        terminal.expect(f"{place}/5")
    terminal.send(ENTER)
    terminal.expect("Render myservice")
    terminal.send(ENTER)
    assert exit_code(terminal) == 0
    assert answers(tmp_path)["requirements"]["workload"] == "read-heavy"


def test_a_wrong_answer_is_told_with_its_bounds(terminal):
    terminal.expect("1/5")
    terminal.send(ENTER)
    terminal.expect("2/5")
    terminal.send("x" + ENTER)
    terminal.expect("wanted a number from 0.001 to 86400 s")


@pytest.mark.parametrize("before", range(6))
def test_ctrl_c_leaves_no_file(terminal, tmp_path, before):
    for place in range(1, before + 1):
        terminal.expect(f"{place}/5")
        terminal.send(ENTER)
    terminal.expect("Render myservice" if before == 5 else f"{before + 1}/5")
    terminal.send(CTRL_C)
    assert exit_code(terminal) == 130
    assert os.listdir(tmp_path) == []


def test_an_answer_can_be_changed_after_the_brief(terminal, tmp_path):
    for place in range(1, 6):
        terminal.expect(f"{place}/5")
        terminal.send(ENTER)
    terminal.expect("Render myservice")
    terminal.send(DOWN + ENTER)
    terminal.expect("1/5")
    terminal.send(CTRL_C)
    assert exit_code(terminal) == 130
