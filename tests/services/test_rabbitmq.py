"""RabbitMQ is the machine's own: it answers a real client, and takes its epmd with it."""

import os
import shutil
import signal
import sys
import time
from ipaddress import ip_address

import pika
import psutil
import pytest

from archgen import services as archgen_services
from archgen.errors import ServiceError
from archgen.services import rabbitmq as module
from tests.rabbitmq import channel, required
from tests.services.test_cleanup import SLEEP

QUORUM = {"x-queue-type": "quorum"}
# RabbitMQ 3.10 notes which quorum queues there are once none was declared for half a second: killed
# before, it never finds a leader for the last.
SAVED_S = 2
PERSISTENT = pika.BasicProperties(delivery_mode=2)


@pytest.fixture(scope="module", autouse=True)
def is_installed():
    required()


@pytest.fixture(scope="module")
def running():
    with archgen_services.start({"rabbitmq"}) as running:
        yield running


def publish(url, text):
    with channel(url) as opened:
        opened.queue_declare("survivor", durable=True, arguments=QUORUM)
        opened.basic_publish("", "survivor", text, PERSISTENT, mandatory=True)


def receive(url):
    with channel(url) as opened:
        return opened.basic_get("survivor", auto_ack=True)[2]


def test_it_confirms_what_it_keeps_in_a_quorum_queue(running):
    publish(running.env["RABBITMQ_URL"], b"kept")
    assert receive(running.env["RABBITMQ_URL"]) == b"kept"


def test_it_asks_for_the_password(running):
    url = running.env["RABBITMQ_URL"].replace(running.session.password, "guess")
    with (
        pytest.raises(pika.exceptions.ProbableAuthenticationError),
        channel(url),
    ):
        pass


def test_it_listens_on_the_loopback_address_alone(running):
    started = {running["rabbitmq"].pid, running["rabbitmq"].epmd_pid}
    listening = [one for one in psutil.net_connections() if one.pid in started]
    addresses = {one.laddr.ip for one in listening if one.status == "LISTEN"}
    assert addresses
    assert all(ip_address(address).is_loopback for address in addresses)


def test_a_killed_one_restarts_on_its_port_with_its_data(running):
    publish(running.env["RABBITMQ_URL"], b"survived")
    time.sleep(SAVED_S)
    first = running["rabbitmq"].pid
    running["rabbitmq"].kill()
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        publish(running.env["RABBITMQ_URL"], b"refused")
    running["rabbitmq"].restart()
    assert running["rabbitmq"].pid != first
    assert receive(running.env["RABBITMQ_URL"]) == b"survived"


def test_two_run_beside_each_other(running):
    with archgen_services.start({"rabbitmq"}) as other:
        publish(other.env["RABBITMQ_URL"], b"other")
        publish(running.env["RABBITMQ_URL"], b"first")
        assert receive(other.env["RABBITMQ_URL"]) == b"other"
    assert receive(running.env["RABBITMQ_URL"]) == b"first"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_nothing_outlives_a_signal(services, name):
    """Its epmd neither: the ``services`` fixture looks."""
    process = services.popen("--with", "rabbitmq", "--", sys.executable, "-c", SLEEP)
    process.stdout.readline()
    assert any("epmd" in one.name() for one in services.processes())
    process.send_signal(signal.Signals[name])
    process.wait()


def test_data_is_there_in_the_next_run(services):
    keep = services.base / "kept"
    for script in ("publish(url, b'kept')", "print(receive(url).decode())"):
        program = f"import os; from {__name__} import *; url = os.environ['RABBITMQ_URL']; {script}"
        done = services.run(
            *("--with", "rabbitmq", "--keep", keep, "--", sys.executable, "-c", program),
            env=services.env | {"PYTHONPATH": os.pathsep.join(map(str, sys.path))},
        )
        assert done.returncode == 0, done.stderr
    shutil.rmtree(keep)
    assert done.stdout == "kept\n"


def test_where_it_is_absent_it_is_said_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "FOLDERS", ())
    monkeypatch.setattr(os, "defpath", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(ServiceError, match="apt-get install rabbitmq-server"),
        archgen_services.start({"rabbitmq"}),
    ):
        pass
