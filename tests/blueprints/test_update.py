"""A repository lives on: rendered, edited by hand, updated by plain Copier, no --trust."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support import git, git_release

ANSWERS = ".copier-answers.yml"
SHARED_FILE, OWN_FILE = "src/config.ts", "src/app.ts"  # the latter is the blueprint's
SHARED_LINE, OWN_LINE = "// from the template, shared\n", "// from the template, the blueprint's\n"
LOCAL_LINE = "// ours\n"
UNTOUCHED = "src/sizing.ts"  # the template changes nothing there


@pytest.fixture
def template(release: Path, tmp_path: Path) -> Path:
    """A clone of the released template that a test may release further."""
    git(tmp_path, "clone", "--quiet", str(release), "template")
    return tmp_path / "template"


def copier(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "copier", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def update(repository: Path) -> None:
    """What Renovate runs."""
    copier(repository, "update", "--skip-answered", "--defaults")


def commit(repository: Path, message: str) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", message)


def prepend(path: Path, line: str) -> None:
    path.write_text(line + path.read_text())


def test_copier_copy_of_a_tagged_clone(template, tmp_path):
    copier(tmp_path, "copy", "--defaults", "--data", "service_name=plain", "template", "plain")
    answers = yaml.safe_load((tmp_path / "plain" / ANSWERS).read_text())
    assert answers["_commit"] == "v0.1.0"
    assert (tmp_path / "plain" / "package.json").is_file()


@pytest.mark.parametrize("blueprint", ["fastify-redis", "nestjs-bullmq"])
def test_an_update_keeps_every_local_line_and_a_second_changes_nothing(
    installed, template, tmp_path, git_identity, blueprint
):
    new = [installed / "archgen", "new", "myservice", "--preset", "document-ai", "--yes"]
    subprocess.run(
        [*new, "--choose", f"blueprint={blueprint}"],
        cwd=tmp_path,
        env=os.environ | {"ARCHGEN_SOURCE": str(template)},
        check=True,
    )
    repository = tmp_path / "myservice"
    rendered = yaml.safe_load((repository / ANSWERS).read_text())
    assert (rendered["_commit"], rendered["_src_path"]) == ("v0.1.0", str(template))

    before = {name: (repository / name).read_text() for name in (SHARED_FILE, OWN_FILE, UNTOUCHED)}
    for name, text in before.items():
        (repository / name).write_text(text + LOCAL_LINE)
    (repository / "src" / "ours.ts").write_text("export const ours = true;\n")
    commit(repository, "Ours")

    prepend(template / "blueprints/shared" / SHARED_FILE, SHARED_LINE)
    prepend(template / "blueprints" / blueprint / OWN_FILE, OWN_LINE)
    git_release(template, "v0.2.0")
    update(repository)

    assert (repository / SHARED_FILE).read_text() == SHARED_LINE + before[SHARED_FILE] + LOCAL_LINE
    assert (repository / OWN_FILE).read_text() == OWN_LINE + before[OWN_FILE] + LOCAL_LINE
    assert (repository / UNTOUCHED).read_text() == before[UNTOUCHED] + LOCAL_LINE
    assert (repository / "src" / "ours.ts").is_file()
    assert git(repository, "diff", "--name-only").splitlines() == [ANSWERS, OWN_FILE, SHARED_FILE]
    updated = yaml.safe_load((repository / ANSWERS).read_text())
    assert updated == rendered | {"_commit": "v0.2.0"}

    commit(repository, "Update")
    update(repository)
    assert git(repository, "status", "--porcelain") == ""
