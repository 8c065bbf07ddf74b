"""What was used, by day and by type."""

import datetime

import pytest

from tests.contract.waiting import until

FIELDS = {"key", "jobs", "succeeded", "dead", "seconds"}


def day(ago=0):
    today = datetime.datetime.now(datetime.UTC).date()
    return str(today - datetime.timedelta(days=ago))


def total(client, **query):
    """All days together, so that midnight makes no difference."""
    items = client.all("/v1/usage", **query)
    return {field: sum(item[field] for item in items) for field in FIELDS - {"key"}}


def until_used(client, **figures):
    def used():
        return now if (now := total(client)).items() >= figures.items() else None

    return until(used, f"usage of {figures}")


def one(client, **query):
    """The only item, from whichever process: each may have kept an older answer for a while."""
    return until(lambda: client.all("/v1/usage", **query), f"an item of {query}")[0]


def test_every_end_is_counted_once(tenant, ai, text):
    ai.reply(f"{text} dead", [400])
    done = [tenant.wait_for(tenant.submit(f"{text} {end}")["id"]) for end in ("done", "dead")]
    waiting = tenant.submit(text, delay_ms=600_000)["id"]
    tenant.delete(f"/v1/jobs/{waiting}")
    used = until_used(tenant, jobs=3, succeeded=1, dead=1)
    times = [
        datetime.datetime.fromisoformat(job[end])
        for job in done
        for end in ("finished_at", "started_at")
    ]
    seconds = (times[0] - times[1] + times[2] - times[3]).total_seconds()
    assert used["seconds"] == pytest.approx(seconds, abs=1e-6)
    until(lambda: total(tenant, group_by="type") == used, "the same by type")


def test_a_replay_takes_the_death_back(tenant, ai, text):
    ai.reply(text, [400])
    id = tenant.submit(text)["id"]
    tenant.wait_for(id, "dead")
    until_used(tenant, jobs=1, dead=1)
    (letter,) = tenant.all("/v1/dead-letters")
    tenant.post(f"/v1/dead-letters/{letter['id']}/replay")
    tenant.wait_for(id, "succeeded")
    until_used(tenant, jobs=1, succeeded=1, dead=0)


def test_the_keys_are_days_or_types(tenant, text):
    before = day()
    tenant.wait_for(tenant.submit(text)["id"], "succeeded")
    until_used(tenant, jobs=1)
    by_day, by_type = one(tenant), one(tenant, group_by="type")
    assert by_day.keys() == by_type.keys() == FIELDS
    assert before <= by_day["key"] <= day()
    assert by_type == {**by_day, "key": "summarize"}


def test_the_last_day_is_not_included(tenant, text):
    tenant.wait_for(tenant.submit(text)["id"], "succeeded")
    until_used(tenant, jobs=1)
    item = one(tenant)
    key = datetime.date.fromisoformat(item["key"])
    before, after = (str(key + datetime.timedelta(days=days)) for days in (-1, 1))
    assert one(tenant, **{"from": item["key"], "to": after}) == item
    assert tenant.all("/v1/usage", **{"from": before, "to": item["key"]}) == []


def test_an_answer_may_be_kept_and_is_not_sent_twice(tenant):
    first = tenant.get("/v1/usage")
    assert first.headers["cache-control"].startswith("private, max-age=")
    assert first.headers["vary"].lower() == "authorization"
    same = tenant.get("/v1/usage", headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    other = tenant.get("/v1/usage", headers={"if-none-match": '"other"'})
    assert other.json() == first.json() == {"items": [], "next": None}


def test_another_tenants_usage_is_not_seen(client, tenant, text):
    client.wait_for(client.submit(text)["id"], "succeeded")
    until(lambda: total(client)["jobs"] > 0, "usage")
    assert tenant.all("/v1/usage") == []


@pytest.mark.parametrize(
    "query",
    [
        {"from": "today"},
        {"from": "2026-02-29"},
        {"from": "2026-03-01T00:00:00Z"},
        {"from": "2026-03-01", "to": "2026-03-01"},
        {"from": "2025-01-01", "to": "2026-12-31"},
        {"group_by": "tenant"},
        {"cursor": "no cursor"},
        {"day": "2026-03-01"},
    ],
)
def test_a_wrong_query_is_422(client, query):
    answer = client.get("/v1/usage", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["errors"][0]["parameter"] in query
