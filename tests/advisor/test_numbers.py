from __future__ import annotations

import pytest

from archgen.advisor.architecture import Price
from archgen.advisor.money import money
from archgen.advisor.numbers import singular


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (Price(87.4, 0, False), "87.40 USD"),
        (Price(0, 35.99, False), "35.99 EUR"),
        (Price(240, 0, True), "at least 240 USD"),
        (Price(12.5, 35.99, True), "at least 12.50 USD + 35.99 EUR"),
        (Price(12345.67, 0, False), "12,346 USD"),
        (Price(999.999, 0, False), "1,000 USD"),
        (Price(0, 0, False), "0 USD"),
        (Price(0, 0, True), "unknown"),
        (None, "unknown"),
    ],
)
def test_money(price: Price | None, text: str) -> None:
    assert money(price) == text


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        ("processes", "process"),
        ("jobs at once a process", "job at once a process"),
        ("days", "day"),
        ("ms", "ms"),
        ("s", "s"),
        ("GB", "GB"),
    ],
)
def test_one_of_a_unit(unit: str, one: str) -> None:
    assert singular(unit) == one
