"""Nothing outlives the run, however it ends. The ``services`` fixture makes that check itself."""

import shutil
import signal
import sys

import psutil
import pytest

from tests.services.support import until

ALL = "postgres,replica,redis,kafka"
SLEEP = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); " + SLEEP


def test_on_exit(services):
    assert services.run("--with", ALL, "--", "true").returncode == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_on_a_signal(services, name):
    process = services.popen("--with", ALL, "--", sys.executable, "-c", SLEEP)
    process.stdout.readline()
    process.send_signal(signal.Signals[name])
    assert process.wait() == 128 + signal.Signals[name]


def test_on_a_signal_with_what_a_shell_leaves(services):
    script = f"{sys.executable} -c '{SLEEP}'; echo never"
    process = services.popen("--with", "none", "--", "sh", "-c", script)
    child = psutil.Process(int(process.stdout.readline()))
    process.terminate()
    assert process.wait() == 143
    until(lambda: not child.is_running(), "the shell's child ended")


@pytest.mark.parametrize("program", [SLEEP, STUBBORN], ids=["plain", "ignores SIGHUP"])
def test_on_sigkill_with_the_command_too(services, program):
    process = services.popen("--with", ALL, "--", sys.executable, "-c", program)
    command = psutil.Process(int(process.stdout.readline()))
    process.kill()
    process.wait()
    until(lambda: not command.is_running(), "the command ended")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGKILL"])
def test_while_starting(services, name):
    process = services.popen("--with", ALL, "--", "echo", "never")
    until(lambda: any("initdb" in one.name() for one in services.processes()), "initdb runs")
    process.send_signal(signal.Signals[name])
    assert process.communicate()[0] == ""
    assert process.returncode == (-9 if name == "SIGKILL" else 130)


def test_when_a_server_hangs(services):
    process = services.popen("--with", "redis", "--", sys.executable, "-c", SLEEP)
    process.stdout.readline()
    (server,) = [one for one in services.processes() if "valkey" in one.name()]
    server.suspend()
    process.terminate()
    assert process.wait() == 143


def test_when_a_server_does_not_start(services):
    keep = services.base / "kept"
    assert services.run("--with", "postgres", "--keep", keep, "--", "true").returncode == 0
    version = keep / "postgres/cluster/PG_VERSION"
    version.write_text("9.6\n")
    done = services.run("--with", "redis,postgres", "--keep", keep, "--", "echo", "never")
    assert (done.returncode, done.stdout) == (1, "")
    assert "archgen: postgres: ended with exit code 1 while starting" in done.stderr
    assert "not compatible with this version 18" in done.stderr
    shutil.rmtree(keep)
