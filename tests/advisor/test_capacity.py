"""Formulas against their closed forms."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archgen.advisor import capacity
from archgen.advisor.constants import SOURCES
from archgen.advisor.prices import listed
from tests.support import ROOT


@given(st.floats(0.01, 0.99))
def test_one_server_makes_those_wait_who_find_it_busy(load: float) -> None:
    assert capacity.erlang_c(1, load) == pytest.approx(load)


@given(st.floats(0.01, 1.99))
def test_two_servers_have_a_closed_form(load: float) -> None:
    assert capacity.erlang_c(2, load) == pytest.approx(load**2 / (2 + load))


def test_a_tabled_value() -> None:
    assert capacity.erlang_c(3, 2) == pytest.approx(4 / 9)


@pytest.mark.parametrize("free", [0.1, 0.5, 1, 1.5])
def test_the_limit_of_many_servers_is_near_the_recurrence(free: float) -> None:
    servers = 10_001
    offered = servers - free * math.sqrt(servers)
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    exact = blocked / (1 - offered / servers * (1 - blocked))
    assert capacity.erlang_c(servers, offered) == pytest.approx(exact, rel=0.02)


def test_the_wait_of_one_server() -> None:
    rate, seconds = 0.7, 1.0
    assert capacity.p95_wait(1, rate, seconds) == pytest.approx(math.log(20 * 0.7) / 0.3)
    assert capacity.p95_wait(1, 1.0, 1.0) == math.inf


@given(st.floats(70, 3000))
@settings(max_examples=50, deadline=None)
def test_four_deviations_free_make_fewer_than_one_in_twenty_wait(offered: float) -> None:
    servers = math.ceil(offered + 4 * math.sqrt(offered))
    assert capacity.erlang_c(servers, offered) < 0.05


def test_a_billion_servers_take_no_time() -> None:
    servers = capacity.servers_for(1e6 / 60, 86_400, 0.1)
    assert servers == pytest.approx(1.44e9 / 0.7)
    assert capacity.growth_until(servers, 1e6 / 60, 86_400, 0.1) == pytest.approx(1 / 0.7, rel=1e-3)


@given(st.floats(0.001, 100), st.floats(0.1, 100), st.floats(0.1, 1000))
def test_the_fewest_servers_that_keep_the_wait(rate: float, seconds: float, wait: float) -> None:
    servers = capacity.servers_for(rate, seconds, wait)
    assert capacity.p95_wait(servers, rate, seconds) <= wait
    fewer = servers - 1
    assert (
        fewer == 0
        or rate * seconds / fewer > 0.7 - 1e-9
        or capacity.p95_wait(fewer, rate, seconds) > wait
    )


def test_pools_and_memory() -> None:
    assert capacity.connection_pool(4) == 9
    assert capacity.max_connections(10) == 100
    assert capacity.max_connections(100) == 125
    assert capacity.redis_mb(1_000_000) == math.ceil((16 + 630e6 / 2**20) / 0.75)


def test_every_constant_has_a_source_and_a_date() -> None:
    assert all(entry["source"] and entry["date"] for entry in SOURCES.values())
    assert all(entry.item and entry.date for entry in listed().entries.values())


def test_every_constant_is_used() -> None:
    code = "".join(file.read_text() for file in (ROOT / "generator/archgen/advisor").rglob("*.py"))
    used = set(re.findall(r"""(?:LIMIT\[|source\()["'](\w+)["']""", code))
    used |= set(re.findall(r'"(\w+_request_us)"', code))
    used |= {
        "free_cdn_gb",
        "free_egress_gb",
        "queue_redis_us",
        "queue_postgres_us",
    }  # by a condition
    assert SOURCES.keys() == used


def test_every_price_is_used() -> None:
    code = "".join(file.read_text() for file in (ROOT / "generator/archgen/advisor").rglob("*.py"))
    unfamiliar = (key for key, entry in listed().entries.items() if not entry.family)
    assert [key for key in unfamiliar if f'"{key}"' not in code] == []


def test_partitions_and_brokers() -> None:
    assert capacity.partitions(0.1, 4) == 4
    assert capacity.partitions(50, 4) == 10
    assert capacity.brokers(1, 1) == 3
    assert capacity.brokers(25, 1) == 6
    assert capacity.brokers(25, 20) == 14


@given(st.integers(1, 200), st.floats(0.1, 0.95), st.floats(0.1, 60), st.floats(0.1, 60))
def test_growth_ends_where_the_wait_is_too_long(
    servers: int, load: float, seconds: float, wait: float
) -> None:
    rate = servers * load / seconds
    factor = capacity.growth_until(servers, rate, seconds, wait)

    assert capacity.p95_wait(servers, rate * factor, seconds) <= wait
    assert capacity.p95_wait(servers, rate * factor * 1.001, seconds) >= wait * 0.999
