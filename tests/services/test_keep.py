"""``--keep`` holds data between runs, for one run at a time."""

import shutil
import stat
import sys

import pytest

WRITE = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    db.execute("CREATE TABLE kept AS SELECT 'row' AS v")
redis.Redis.from_url(os.environ["REDIS_URL"]).set("kept", "key")
"""
READ = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    print(db.execute("SELECT v FROM kept").fetchone()[0])
print(redis.Redis.from_url(os.environ["REDIS_URL"]).get("kept").decode())
"""


@pytest.fixture
def keep(services):
    folder = services.base / "new" / "kept"
    yield folder
    shutil.rmtree(folder.parent, ignore_errors=True)


def python(services, keep, program):
    with_ = ("--with", "postgres,redis", "--keep", keep)
    return services.run(*with_, "--", sys.executable, "-c", program)


def test_data_is_there_in_the_next_run(services, keep):
    assert python(services, keep, WRITE).returncode == 0
    assert python(services, keep, READ).stdout == "row\nkey\n"


def test_data_is_there_after_a_kill(services, keep):
    assert python(services, keep, WRITE).returncode == 0
    python(services, keep, "import os, signal; os.kill(os.getppid(), signal.SIGKILL)")
    services.wait_for_end()
    assert python(services, keep, READ).stdout == "row\nkey\n"


def test_a_second_run_at_once_is_refused(services, keep):
    first = services.popen(
        "--with", "redis", "--keep", keep, "--", "sh", "-c", "echo on; sleep 600"
    )
    assert first.stdout.readline() == "on\n"
    second = services.run("--with", "redis", "--keep", keep, "--", "echo", "never")
    first.terminate()
    first.wait()
    assert (second.returncode, second.stdout) == (1, "")
    assert f"--keep {keep}: another run is using it" in second.stderr


def test_it_is_closed_to_others(services, keep):
    assert python(services, keep, "pass").returncode == 0
    assert stat.S_IMODE((keep / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE((keep / "postgres").stat().st_mode) == 0o700


def test_a_file_is_refused(services):
    file = services.base / "file"
    file.touch()
    done = services.run("--with", "redis", "--keep", file, "--", "true")
    file.unlink()
    assert (done.returncode, done.stderr) == (
        1,
        f"archgen: --keep {file}: {file} is no folder that can be written.\n",
    )
