"""Webhooks, as a receiver sees them; their signatures by a library that is not ours."""

import time
import uuid

import pytest
from standardwebhooks import WebhookVerificationError

from tests.contract.receiver import Receiver
from tests.contract.test_refusals import pointers
from tests.contract.waiting import until

SETTINGS = {
    "WEBHOOK_ALLOW_CIDRS": "127.0.0.0/8",
    "WEBHOOK_SCHEDULE_MS": "50,1100,50",
    "WEBHOOK_TIMEOUT_MS": "1000",
}
ATTEMPTS = 4


@pytest.fixture(scope="module")
def service(unbroken, make_service):
    service = make_service(unbroken)
    service.env |= SETTINGS
    service.run("migrate")
    service.start("start:api")
    service.start("start:worker")
    return service


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


class Tenant:
    """A tenant with a secret, and what it is told."""

    def __init__(self, service):
        self.service = service
        self.name = f"tenant-{uuid.uuid4()}"
        self.client = service.client(service.key(self.name))
        self.secret = self.run("create")

    def run(self, command, *arguments):
        told = self.service.run("webhook-secret", command, "--tenant", self.name, *arguments)
        return told.splitlines()[-1]

    def submit(self, text, receiver, **fields):
        return self.client.submit(text, webhook={"url": receiver.url}, **fields)["id"]

    def letter(self, job):
        """The dead letter of the job's webhook, waited for."""
        return until(lambda: next(iter(self._letters(job)), None), f"dead letter of {job}")

    def _letters(self, job):
        for letter in self.client.all("/v1/dead-letters"):
            if letter["job_id"] == job and letter["error"]["name"] == "WebhookUndelivered":
                yield letter

    def replay(self, letter):
        return self.client.post(f"/v1/dead-letters/{letter['id']}/replay")


@pytest.fixture(scope="module")
def tenant(service):
    return Tenant(service)


def test_success_is_told_as_http_shows_it(tenant, receiver, text):
    id = tenant.submit(text, receiver)
    told = receiver.message().verified(tenant.secret)
    job = tenant.client.job(id)
    assert job["status"] == "succeeded"
    assert told == {"type": "job.succeeded", "timestamp": job["finished_at"], "data": job}


def test_death_is_told(tenant, receiver, ai, text):
    ai.reply(text, [400])
    id = tenant.submit(text, receiver)
    told = receiver.message().verified(tenant.secret)
    assert (told["type"], told["data"]) == ("job.dead", tenant.client.job(id))
    assert "stack" not in told["data"]["error"]


def test_a_cancel_is_told(tenant, receiver, text):
    id = tenant.submit(text, receiver, delay_ms=600_000)
    tenant.client.delete(f"/v1/jobs/{id}")
    told = receiver.message().verified(tenant.secret)
    assert (told["type"], told["data"]) == ("job.cancelled", tenant.client.job(id))


def test_what_is_forged_or_old_is_refused(tenant, receiver, service, text):
    tenant.submit(text, receiver)
    message = receiver.message()
    assert message.verified(tenant.secret)

    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        message.verified(Tenant(service).secret)
    body, message.body = message.body, message.body.replace("succeeded", "cancelled")
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        message.verified(tenant.secret)
    message.body = body
    now = int(message.headers["webhook-timestamp"])
    assert abs(now - time.time()) < 60
    message.headers["webhook-timestamp"] = str(now - 600)
    with pytest.raises(WebhookVerificationError, match="too old"):
        message.verified(tenant.secret)


def test_the_old_secret_and_the_new_are_valid_at_once(service, receiver, text):
    tenant = Tenant(service)
    new = tenant.run("rotate")
    tenant.submit(text, receiver)
    message = receiver.message()
    assert message.verified(tenant.secret) == message.verified(new)

    newest = tenant.run("rotate", "--overlap-h", "0")
    tenant.submit(f"{text} 2", receiver)
    assert receiver.message(2).verified(newest)
    for old in (tenant.secret, new):
        with pytest.raises(WebhookVerificationError):
            receiver.messages[1].verified(old)


def test_a_receiver_that_was_down_is_told_by_the_same_id(tenant, receiver, text):
    receiver.status = 503
    tenant.submit(text, receiver)
    receiver.message(ATTEMPTS - 1)
    receiver.status = 200
    messages = [receiver.message(number) for number in range(1, ATTEMPTS + 1)]
    assert len({message.id for message in messages}) == 1
    assert len({message.headers["webhook-timestamp"] for message in messages}) > 1
    assert len({message.headers["webhook-signature"] for message in messages}) > 1
    assert all(message.verified(tenant.secret) for message in messages)


def test_after_the_schedule_it_is_a_dead_letter_that_can_be_replayed(tenant, receiver, text):
    receiver.status = 500
    id = tenant.submit(text, receiver)
    letter = tenant.letter(id)
    assert letter["attempts"] == len(receiver.messages) == ATTEMPTS
    assert "500" in letter["error"]["message"]

    receiver.status = 200
    before = tenant.client.job(id)
    answer = tenant.replay(letter)
    assert (answer.status_code, answer.json()) == (202, before)
    assert receiver.message(ATTEMPTS + 1).id == receiver.messages[0].id
    assert tenant.replay(letter).status_code == 409
    assert tenant.client.job(id) == before


def test_a_receiver_that_is_gone_is_not_told_again(tenant, receiver, text):
    receiver.status = 410
    letter = tenant.letter(tenant.submit(text, receiver))
    assert letter["attempts"] == len(receiver.messages) == 1
    assert "410" in letter["error"]["message"]
    job = {"type": "summarize", "input": {"text": text}, "webhook": {"url": receiver.url}}
    refused = tenant.client.post("/v1/jobs", json=job)
    assert (refused.status_code, pointers(refused)) == (422, ["/webhook/url"])

    receiver.status = 200
    tenant.replay(letter)
    receiver.message(2)
    tenant.submit(f"{text} 2", receiver)
    receiver.message(3)


def test_a_redirect_is_not_followed(tenant, receiver, text):
    redirecting = Receiver(302, location=receiver.url)
    letter = tenant.letter(tenant.submit(text, redirecting))
    assert "302" in letter["error"]["message"]
    assert receiver.connections == 0
    redirecting.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://0xa.1/",
        "http://167772161/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fd00::1]/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://user:password@receiver.example/",
        "ftp://receiver.example/",
        f"https://receiver.example/{'x' * 2000}",
    ],
    ids=lambda url: url[:40],
)
def test_where_no_webhook_goes_is_refused(tenant, text, url):
    job = {"type": "summarize", "input": {"text": text}, "webhook": {"url": url}}
    answer = tenant.client.post("/v1/jobs", json=job)
    assert answer.status_code == 422
    assert pointers(answer) == ["/webhook/url"]


def test_a_tenant_without_a_secret_is_told_what_to_run(service, text, receiver):
    client = service.client(service.key("secretless"))
    job = {"type": "summarize", "input": {"text": text}, "webhook": {"url": receiver.url}}
    answer = client.post("/v1/jobs", json=job)
    assert (answer.status_code, pointers(answer)) == (422, ["/webhook"])
    assert "webhook-secret -- create --tenant secretless" in answer.text


def test_a_killed_workers_delivery_is_made_by_another(service, tenant, receiver, text):
    receiver.held.clear()
    tenant.submit(text, receiver)
    receiver.message()
    for process in service.processes[1:]:
        process.kill()
    receiver.held.set()
    service.start("start:worker")
    assert receiver.message(2).id == receiver.messages[0].id


def test_a_wrong_allow_list_is_said_at_boot(service):
    process = service.launch("start:worker", WEBHOOK_ALLOW_CIDRS="10.0.0.0/8, intranet")
    assert process.wait() != 0
    assert "WEBHOOK_ALLOW_CIDRS" in process.said()
