"""`write_model: cqrs`: usage is a projection, current with each write, and can be made anew."""

import subprocess

import psycopg
import pytest

from tests.contract.test_usage import total


@pytest.fixture(scope="module")
def projecting(unbroken, make_service):
    """NestJS on its buses: an api, and no worker yet."""
    service = make_service(unbroken, blueprint="nestjs-bullmq")
    service.run("migrate")
    service.start("start:api")
    return service


@pytest.fixture(scope="module")
def tenant(projecting):
    return projecting.client(projecting.key("projecting"))


def worker(projecting):
    return projecting.start("start:worker", JOB_LEASE_S=2, AI_TIMEOUT_MS=20_000)


def test_an_end_is_read_at_once(projecting):
    tenant = projecting.client(projecting.key("at-once"))
    id = tenant.submit("for later", delay_ms=600_000)["id"]
    tenant.delete(f"/v1/jobs/{id}")
    assert total(tenant)["jobs"] == 1  # nobody is there who could roll it up


def test_it_agrees_with_the_jobs_after_a_worker_was_killed(projecting, tenant, ai, text):
    ai.reply(f"{text} dead", [400, 400])  # the victim may be killed between hearing and saying it
    ai.hold(text)
    victim = worker(projecting)
    jobs = [tenant.submit(f"{text} {n}")["id"] for n in range(20)]
    jobs += [tenant.submit(f"{text} dead")["id"], tenant.submit(text)["id"]]
    ai.call(text)
    victim.kill()
    assert "made anew" in projecting.run("projections", "rebuild")
    survivor = worker(projecting)
    ai.call(text, 2).release("by the other")
    ended = [tenant.wait_for(id)["status"] for id in jobs]
    assert sorted(ended) == ["dead"] + ["succeeded"] * 21
    assert "agrees with the jobs" in projecting.run("projections", "check")
    assert total(tenant).items() >= {"jobs": 22, "succeeded": 21, "dead": 1}.items()
    assert survivor.stop() == 0


def test_what_was_changed_by_hand_is_found_and_mended(projecting):
    with psycopg.connect(projecting.env["DATABASE_URL"], autocommit=True) as database:
        changed = database.execute("UPDATE usage_days SET succeeded = succeeded + 3")
        assert changed.rowcount > 0
    with pytest.raises(subprocess.CalledProcessError) as found:
        projecting.run("projections", "check", "usage")
    assert found.value.returncode == 1
    assert "projecting  summarize: succeeded" in found.value.stdout
    projecting.run("projections", "rebuild")
    assert "agrees with the jobs" in projecting.run("projections", "check")
