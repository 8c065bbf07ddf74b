"""Amounts of money as text, the same in every form of the brief."""

from __future__ import annotations

from archgen.advisor.architecture import Price


def money(price: Price | None) -> str:
    """`87.40 USD`, `at least 240 USD + 35.99 EUR`, or `unknown`."""
    if price is None:
        return "unknown"
    amounts = ((price.usd, "USD"), (price.eur, "EUR"))
    known = " + ".join(amount(value, currency) for value, currency in amounts if value)
    if price.at_least:
        return f"at least {known}" if known else "unknown"
    return known or amount(0, "USD")


def amount(value: float, currency: str) -> str:
    """Cents only where there are some, and none from 1,000 on."""
    text = f"{value:,.0f}" if value >= 1000 else f"{value:,.2f}".removesuffix(".00")
    return f"{text} {currency}"
