"""archgen as users have it: a wheel in an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

OFFLINE = ("unshare", "--map-root-user", "--net")


@pytest.fixture(scope="module")
def offline() -> tuple[str, ...]:
    """A command prefix that takes the network away."""
    if shutil.which("unshare") and subprocess.run([*OFFLINE, "true"], check=False).returncode == 0:
        return OFFLINE
    pytest.skip("no way to take the network away on this system")


def test_new_works_offline_and_states_no_source_it_does_not_know(
    installed, offline, tmp_path, git_identity
):
    done = subprocess.run(
        [*offline, installed / "archgen", "new", "myservice", "--preset", "document-ai", "--yes"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    repository = tmp_path / "myservice"
    answers = yaml.safe_load((repository / ".copier-answers.yml").read_text())
    assert not {"_commit", "_src_path"} & answers.keys()
    assert "--source URL" in done.stdout
    foreign = str(installed.parent).encode()
    tree = (path for path in repository.rglob("*") if path.is_file())
    assert [path for path in tree if foreign in path.read_bytes()] == []


def test_the_wheel_renders_what_the_checkout_renders(installed, archgen, tmp_path):
    ours = ("new", "myservice", "--yes", "--no-git")
    archgen(*ours, "--dest", "checkout")
    subprocess.run(
        [installed / "archgen", *ours, "--dest", "wheel"],
        cwd=tmp_path,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert tree(tmp_path / "wheel") == tree(tmp_path / "checkout")


def tree(folder: Path) -> dict[str, bytes]:
    """Path to content, without the update source that each states."""
    return {
        path.relative_to(folder).as_posix(): b"\n".join(
            line for line in path.read_bytes().split(b"\n") if not line.startswith(b"_")
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_version_names_the_commit(installed):
    shown = subprocess.check_output([installed / "archgen", "--version"], text=True)
    assert shown == "archgen 0.1.0 (v0.1.0)\n"
