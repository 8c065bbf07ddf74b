"""Every rendered file, whatever its blueprint."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest
import yaml

from tests.support import RENDERINGS, ROOT, copied

SHARED = ROOT / "blueprints" / "shared"
ONE_A_CHOICE = "docs/decision.md"
WINDOWS_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


@pytest.fixture(scope="module")
def renderings(copie_session) -> dict[str, Path]:
    return {name: copied(copie_session, chosen) for name, chosen in RENDERINGS.items()}


@pytest.fixture(params=RENDERINGS)
def rendered(renderings, request) -> Path:
    return renderings[request.param]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def listed() -> list[str]:
    """Every path of the manifest, whatever its condition."""
    default = yaml.safe_load((SHARED / "files.yml").read_text())["shared_files"]["default"]
    return re.findall(r"^- (.+)$", default, re.MULTILINE)  # conditions are lines of their own


def test_the_manifest_lists_every_shared_file_once():
    there = {path.relative_to(SHARED).as_posix() for path in files(SHARED)}
    assert sorted(listed()) == sorted(there - {"files.yml", ONE_A_CHOICE})


@pytest.mark.parametrize("blueprint", ["fastify-redis", "nestjs-bullmq"])
def test_no_blueprint_has_a_file_that_is_shared(blueprint):
    folder = ROOT / "blueprints" / blueprint
    own = {path.relative_to(folder).as_posix().removesuffix(".jinja") for path in files(folder)}
    assert own.isdisjoint(listed())


def test_no_block_of_ten_lines_stands_in_two_blueprints():
    found: dict[str, set[str]] = {}
    for blueprint in ("fastify-redis", "nestjs-bullmq", "shared"):
        for path in files(ROOT / "blueprints" / blueprint):
            lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
            for start in range(len(lines) - 9):
                block = "\n".join(lines[start : start + 10])
                found.setdefault(block, set()).add(blueprint)
    assert [block for block, where in found.items() if len(where) > 1] == []


def test_every_shared_file_is_rendered_by_some_rendering(renderings):
    folders = renderings.values()
    assert [path for path in listed() if not any((f / path).is_file() for f in folders)] == []


@pytest.mark.parametrize("name", ["postgres", "nest-postgres"])
def test_without_redis_nothing_speaks_of_it(renderings, name):
    without = renderings[name]
    packages = (without / "package.json").read_text()
    assert "redis" not in packages
    assert "bullmq" not in packages
    sources = [path for path in files(without) if path.suffix == ".ts"]
    assert [path for path in sources if re.search(r"from '(ioredis|bullmq|@nestjs/bullmq)'", path.read_text())] == []


@pytest.mark.parametrize("name", ["redis", "postgres", "nest-redis", "nest-postgres"])
def test_without_an_event_bus_nothing_speaks_of_it(renderings, name):
    """But for its migration: those of all options are in every history."""
    without = renderings[name]
    assert "rabbitmq" not in (without / "package.json").read_text()
    assert not (without / "src" / "bus").exists()
    sources = [path for path in files(without / "src") if path.parent.name != "migrations"]
    assert [path for path in sources if "domain_events" in path.read_text()] == []
    pages = [f"docs/{name}.md" for name in ("extending", "operations", "production", "runbook")]
    for name in ("README.md", *pages, "compose.yaml", "deploy/monitoring/alerts.yml"):
        assert not re.search(r"rabbitmq|\bbus_", (without / name).read_text(), re.IGNORECASE), name


def test_no_jinja_is_left_over(rendered):
    left = [
        f"{path.relative_to(rendered)}:{number}: {line}"
        for path in files(rendered)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        # `${{` is GitHub's, `{{ $` Prometheus'.
        if re.search(r"{%|%}|{#|#}|(?<!\$){{(?! \$)[^}]*}}", line)
    ]
    assert left == []


def test_no_stray_blank_lines_or_spaces(rendered):
    stray = [
        path.relative_to(rendered).as_posix()
        for path in files(rendered)
        if (text := path.read_text())
        and (
            text.startswith("\n")
            or not text.endswith("\n")
            or text.endswith("\n\n")
            or "\n\n\n" in text
            or re.search(r"[ \t]+$", text, re.MULTILINE)
            or "\r" in text
        )
    ]
    assert stray == []


def test_every_path_is_valid_on_windows(rendered):
    paths = [PurePosixPath(path.relative_to(rendered).as_posix()) for path in files(rendered)]
    paths += [
        PurePosixPath(path.relative_to(ROOT).as_posix()) for path in files(ROOT / "blueprints")
    ]
    invalid = [
        str(path)
        for path in paths
        for part in path.parts
        if re.search(r'[<>:"|?*\\\x00-\x1f]|[ .]$', part) or WINDOWS_RESERVED.match(part)
    ]
    assert invalid == []
    lower = [str(path).lower() for path in paths]
    assert len(set(lower)) == len(lower)


def test_the_template_asks_for_no_trust():
    unsafe = re.compile(r"^_(tasks|migrations|jinja_extensions):", re.MULTILINE)
    assert not unsafe.search((ROOT / "copier.yml").read_text())
