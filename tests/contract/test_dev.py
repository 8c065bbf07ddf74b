"""``archgen services -- npm run dev``: what a new repository's printed next steps lead to."""

import os
import re
import subprocess
import sys

import psutil
import pytest

from archgen.services import ports
from tests.contract.service import Client
from tests.contract.waiting import until


@pytest.fixture(scope="module")
def dev(repository, tmp_path_factory):
    """Its process, and a client with the key that it printed."""
    port = ports.free()
    log = tmp_path_factory.mktemp("dev") / "output"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "archgen", "services", "--", "npm", "run", "dev"],
            cwd=repository,
            env={**os.environ, "FAKE_AI_DELAY_MS": "1500", "JOB_BACKOFF_MS": "50"}
            | {"PORT": str(port), "OPS_PORT": str(ports.free())},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # away from the terminal that the tests may run in
        )
    try:
        key = until(lambda: re.search(r"Bearer ([^\s']+)", log.read_text()), "a key printed")
        headers = {"authorization": f"Bearer {key[1]}"}
        with Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            yield process, client
    finally:
        process.terminate()
        process.wait()


def test_a_job_runs_from_queued_to_succeeded(dev):
    _, client = dev
    id = client.submit("A long story.", delay_ms=300)["id"]
    seen = [client.job(id)["status"]]
    seen.append(client.wait_for(id, "active", "succeeded")["status"])
    done = client.wait_for(id)
    assert [*seen, done["status"]] == ["queued", "active", "succeeded"]
    assert "A long story." in done["result"]["summary"]


def test_five_wrong_replies_then_a_replay(dev):
    _, client = dev
    id = client.submit("A story that fails. [[fail:500x5]] [[delay:0]]")["id"]
    assert client.wait_for(id)["status"] == "dead"
    (letter,) = client.all("/v1/dead-letters")
    assert client.post(f"/v1/dead-letters/{letter['id']}/replay").status_code == 202
    assert client.wait_for(id)["status"] == "succeeded"


def test_a_signal_ends_all_of_it(dev):
    process, _ = dev
    family = psutil.Process(process.pid).children(recursive=True)
    started = " ".join(part for child in family for part in child.cmdline())
    assert all(name in started for name in ("src/api.", "src/worker.", "fake-ai.", "postgres"))
    process.terminate()
    assert process.wait(30) in {0, 143}
    assert not [child for child in family if child.is_running()]
