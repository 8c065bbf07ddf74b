"""Fixtures for the whole suite: archgen as a command, and as an installed wheel."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from archgen import services
from archgen.services import Running
from tests.support import RENDERINGS, ROOT, git, git_release, install_wheel, named

# In the background of a shell, or under nohup, children would ignore what tests send them.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
Run = Callable[..., subprocess.CompletedProcess[str]]
Rendering = Callable[[str], Path]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_ALL nothing may be skipped, whatever the reason."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which REQUIRE_ALL forbids: {report.longrepr}"
    return report


@pytest.fixture
def archgen(tmp_path: Path, git_identity: None) -> Run:
    """Run ``archgen ARGS`` in an empty folder, without a terminal."""
    return _runner([sys.executable, "-m", "archgen"], tmp_path)


@pytest.fixture
def git_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of this checkout as it stands, released as v0.1.0; tests may add to a clone."""
    folder = tmp_path_factory.mktemp("release") / "archgen"
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"]
    for name in subprocess.check_output(listed, text=True).split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git_release(folder, "v0.1.0")
    return folder


@pytest.fixture(scope="session")
def installed(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of a fresh environment that holds the release's wheel and its needs."""
    wheels = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--wheel-dir"]
    subprocess.run([*pip, str(wheels), str(release)], check=True)
    return install_wheel(next(wheels.glob("*.whl")), tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="session")
def rendering(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    """Render a repository from the wheel, once for each of RENDERINGS, its packages installed, and
    built where there is something to build."""

    @cache
    def render(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name) / "myservice"
        archgen = str(installed / "archgen")
        new = [archgen, "new", "myservice", "--preset", "document-ai", "--yes"]
        chosen = (part for choice in RENDERINGS[name] for part in ("--choose", choice))
        subprocess.run(
            [*new, *chosen, "--dest", str(folder)], check=True, stdout=subprocess.DEVNULL
        )
        npm = [archgen, "services", "--with", "none", "--", "npm"]
        for step in (["install", "--no-audit"], ["run", "build", "--if-present"]):
            subprocess.run([*npm, *step], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return folder

    return render


@pytest.fixture(scope="session")
def repository(rendering: Rendering) -> Path:
    """The repository of tests to which no option matters."""
    return rendering(named("redis"))


@pytest.fixture(scope="session")
def postgres_alone() -> Iterator[Running]:
    """A server for services that need no Redis: none runs."""
    with services.start({"postgres"}) as running:
        yield running


def _runner(command: Sequence[str], folder: Path) -> Run:
    def run(
        *arguments: str, stdin: str = "", cwd: Path = folder, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            input=stdin,
            cwd=cwd,
            env=os.environ | (env or {}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
