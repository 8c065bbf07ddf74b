"""Each server answers a real client, and survives the crashes that fault tests cause."""

import socket
import struct

import psycopg
import pytest
import redis

from archgen import services as archgen_services
from tests.services.support import until


@pytest.fixture(scope="module")
def running():
    with archgen_services.start({"postgres", "replica", "redis", "kafka"}) as running:
        yield running


def query(running, sql, url="DATABASE_URL"):
    with psycopg.connect(running.env[url], autocommit=True) as connection:
        found = connection.execute(sql)
        return found.fetchone()[0] if found.description else None


def client(running):
    return redis.Redis.from_url(running.env["REDIS_URL"], decode_responses=True)


def metadata(address):
    """The brokers that the Kafka protocol's Metadata request, version 0, names."""
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(struct.pack(">ihhihi", 14, 3, 0, 1, -1, 0))
        answer = connection.recv(4096)
    _, correlation, brokers, _, length = struct.unpack_from(">iiiih", answer)
    name = answer[18 : 18 + length].decode()
    return correlation, brokers, f"{name}:{struct.unpack_from('>i', answer, 18 + length)[0]}"


def test_postgres_is_18_with_pgvector(running):
    assert query(running, "SHOW server_version").startswith("18.")
    query(running, "CREATE EXTENSION vector")
    assert query(running, "SELECT '[3,4]'::vector <-> '[0,0]'") == 5.0


def test_postgres_counts_statements(running):
    query(running, "CREATE EXTENSION pg_stat_statements")
    assert query(running, "SELECT count(*) FROM pg_stat_statements") > 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [("TimeZone", "UTC"), ("max_connections", "100"), ("fsync", "on"), ("server_encoding", "UTF8")],
)
def test_postgres_setting(running, setting, value):
    assert query(running, f"SHOW {setting}") == value


def test_postgres_asks_for_the_password(running):
    url = running.env["DATABASE_URL"].replace(running.session.password, "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_valkey_never_evicts(running):
    assert client(running).ping()
    assert client(running).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_valkey_asks_for_the_password(running):
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=running["redis"].port, retry=None).ping()


def test_kafka_advertises_the_address_it_is_reached_by(running):
    address = running.env["KAFKA_BROKERS"]
    assert metadata(address) == (1, 1, address)


def test_a_killed_postgres_restarts_on_its_port_with_its_data(running):
    query(running, "CREATE TABLE survivor AS SELECT 1 AS x")
    first = running["postgres"].pid
    running["postgres"].kill()
    with pytest.raises(psycopg.OperationalError):
        query(running, "SELECT 1")
    running["postgres"].restart()
    assert running["postgres"].pid != first
    assert query(running, "SELECT x FROM survivor") == 1


def replicated(running, sql):
    try:
        return query(running, sql, "DATABASE_REPLICA_URL")
    except psycopg.errors.UndefinedTable:
        return None


def test_the_replica_follows_and_takes_no_writes(running):
    query(running, "CREATE TABLE followed AS SELECT 7 AS x")
    until(lambda: replicated(running, "SELECT x FROM followed") == 7, "the table followed")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        query(running, "CREATE TABLE refused ()", "DATABASE_REPLICA_URL")


@pytest.mark.parametrize("name", ["replica", "postgres"])
def test_the_replica_catches_up_after_a_crash(running, name):
    running[name].kill()
    running[name].restart()
    table = f"after_the_{name}"
    query(running, f"CREATE TABLE {table} AS SELECT 1 AS x")
    until(lambda: replicated(running, f"SELECT x FROM {table}") == 1, f"{table} followed")


def test_a_killed_valkey_restarts_on_its_port_with_its_data(running):
    client(running).set("survivor", "1")
    until(lambda: client(running).waitaof(1, 0, 1000)[0] == 1, "the append-only file synced")
    running["redis"].kill()
    running["redis"].restart()
    assert client(running).get("survivor") == "1"


def test_a_replica_comes_with_what_it_follows(services):
    done = services.run("--with", "replica", "--", "sh", "-c", 'test "$DATABASE_URL" && echo both')
    assert done.stdout == "both\n"


def test_what_was_not_asked_for_is_not_started(services):
    done = services.run("--with", "redis", "--", "sh", "-c", "echo ${DATABASE_URL-none}")
    assert done.stdout == "none\n"
    assert done.stderr.count("\n") == 1
