"""Recurring jobs, by the command that makes them; what races for a tick is a fault case (29)."""

import json

from tests.contract.waiting import until

NAME = ("ticks", "--tenant")


def test_a_schedule_makes_jobs_until_it_is_paused(service, text):
    tenant = f"tenant of {text}"
    client = service.client(service.key(tenant))
    job = ("--type", "summarize", "--input", json.dumps({"text": text}))
    service.run("schedules", "add", *NAME, tenant, *job, "--every", "1")
    until(lambda: len(client.all("/v1/jobs")) >= 3, "three ticks")
    service.run("schedules", "pause", *NAME, tenant)
    assert "paused" in next(
        line for line in service.run("schedules", "list").splitlines() if tenant in line
    )
    made = {one["id"] for one in client.all("/v1/jobs")}
    assert {client.wait_for(id)["status"] for id in made} == {"succeeded"}

    told = service.run("schedules", "run", *NAME, tenant)
    (more,) = {one["id"] for one in client.all("/v1/jobs")} - made
    assert more in told
    service.run("schedules", "remove", *NAME, tenant)
