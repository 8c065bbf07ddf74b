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
SHARED_FILE, OWN_FILE = "biome.json", "README.md"


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


def insert(path: Path, after: int, line: str) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:after], line, *lines[after:]]))


def test_copier_copy_of_a_tagged_clone(template, tmp_path):
    copier(tmp_path, "copy", "--defaults", "--data", "service_name=plain", "template", "plain")
    answers = yaml.safe_load((tmp_path / "plain" / ANSWERS).read_text())
    assert answers["_commit"] == "v0.1.0"
    assert (tmp_path / "plain" / "package.json").is_file()


def test_an_update_keeps_every_local_line_and_a_second_changes_nothing(
    installed, template, tmp_path, git_identity
):
    subprocess.run(
        [installed / "archgen", "new", "myservice", "--preset", "document-ai", "--yes"],
        cwd=tmp_path,
        env=os.environ | {"ARCHGEN_SOURCE": str(template)},
        check=True,
    )
    repository = tmp_path / "myservice"
    rendered = yaml.safe_load((repository / ANSWERS).read_text())
    assert (rendered["_commit"], rendered["_src_path"]) == ("v0.1.0", str(template))

    with (repository / OWN_FILE).open("a") as readme:
        readme.write("\nOur own line.\n")
    edited = (repository / "src" / "sizing.ts").read_text()
    (repository / "src" / "sizing.ts").write_text(edited + "\n// ours\n")
    (repository / "src" / "ours.ts").write_text("export const ours = true;\n")
    commit(repository, "Ours")

    insert(template / "blueprints/shared/.editorconfig", 0, "# from the template, shared\n")
    insert(template / "blueprints/fastify-redis/README.md.jinja", 1, "\nFrom the template.\n")
    git_release(template, "v0.2.0")
    update(repository)

    readme = (repository / OWN_FILE).read_text()
    assert "From the template." in readme
    assert readme.endswith("\nOur own line.\n")
    assert (repository / ".editorconfig").read_text().startswith("# from the template, shared\n")
    assert (repository / "src" / "sizing.ts").read_text() == edited + "\n// ours\n"
    assert (repository / "src" / "ours.ts").is_file()
    assert git(repository, "status", "--porcelain").splitlines() == [
        "M .copier-answers.yml",
        " M .editorconfig",
        " M README.md",
    ]
    updated = yaml.safe_load((repository / ANSWERS).read_text())
    assert updated == rendered | {"_commit": "v0.2.0"}

    commit(repository, "Update")
    update(repository)
    assert git(repository, "status", "--porcelain") == ""
