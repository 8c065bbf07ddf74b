"""The command's exit code, its signals, and its environment."""

import shlex
import signal
import subprocess
import sys

import pexpect
import pytest

# Prints each signal it receives; ends with code 9 at the second SIGTERM or at end of file.
REPORTER = """
import signal, sys, time
count = 0
def told(number, frame):
    global count
    count += 1
    print(signal.Signals(number).name, flush=True)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, told)
print("ready", flush=True)
while not count:
    time.sleep(0.01)
time.sleep(0.3)  # long enough for a second delivery to show
sys.exit(40 + count)
"""


@pytest.mark.parametrize("code", [0, 1, 77])
def test_its_exit_code_is_returned(services, code):
    assert services.run("--with", "none", "--", "sh", "-c", f"exit {code}").returncode == code


def test_a_signal_that_ends_it_is_128_and_its_number(services):
    assert services.run("--with", "none", "--", "sh", "-c", "kill -TERM $$").returncode == 143


def test_its_output_stands_alone_on_stdout(services):
    done = services.run("--with", "redis", "--", "echo", "hello", "--", "--with")
    assert done.stdout == "hello -- --with\n"
    assert done.stderr.startswith("redis: Valkey 9")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_is_passed_on_once(services, name):
    process = services.popen("--with", "none", "--", sys.executable, "-c", REPORTER)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.Signals[name])
    assert process.communicate()[0] == f"{name}\n"
    assert process.returncode == 41


def test_ctrl_c_in_a_terminal_reaches_it_once(services):
    program, *arguments = services.argv("--with", "none", "--", sys.executable, "-c", REPORTER)
    terminal = pexpect.spawn(program, arguments, env=services.env, encoding="utf-8", timeout=30)
    terminal.expect("ready")
    terminal.sendintr()
    terminal.expect("SIGINT")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert "SIGINT" not in terminal.before
    assert terminal.exitstatus == 41


def test_it_can_read_the_terminal(services):
    program, *arguments = services.argv("--with", "none", "--", "head", "-n", "1")
    terminal = pexpect.spawn(program, arguments, env=services.env, encoding="utf-8", timeout=30)
    terminal.setecho(False)
    terminal.sendline("typed")
    terminal.expect("typed")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_urls_of_other_databases_do_not_reach_it(services):
    services.env |= {"DATABASE_REPLICA_URL": "postgresql://production/", "MINE": "kept"}
    script = 'echo "${DATABASE_REPLICA_URL-none} $MINE"; test "$DATABASE_DIRECT_URL"'
    done = services.run("--with", "postgres", "--", "sh", "-c", script)
    assert (done.returncode, done.stdout) == (0, "none kept\n")


def test_an_unknown_command_is_said_before_anything_starts(services):
    done = services.run("--with", "postgres,redis", "--", "no-such-command")
    assert (done.returncode, done.stderr) == (
        127,
        "archgen: no-such-command: no such command on PATH.\n",
    )


def test_no_command_is_a_usage_error(services):
    assert services.run("--with", "none").returncode == 2


def test_an_unknown_service_is_a_usage_error(services):
    done = services.run("--with", "postgres,mysql", "--", "true")
    assert done.returncode == 2
    assert "unknown: mysql. Known: postgres, replica, redis, kafka, rabbitmq, none." in done.stderr


def test_an_ignored_hangup_stays_ignored(services):
    inner = services.argv("--with", "none", "--", "sh", "-c", "kill -HUP $PPID; echo alive")
    under_nohup = ["sh", "-c", f"trap '' HUP; exec {shlex.join(inner)}"]
    assert subprocess.check_output(under_nohup, env=services.env, text=True) == "alive\n"
