"""The bill in the text brief."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Alternative, Architecture, Item
from archgen.advisor.money import money
from archgen.brief import facts
from archgen.brief.blocks import GAP, Block, Grid, Line, bullet, cells, paragraph


def cost(architecture: Architecture) -> Iterator[Block]:
    bill = architecture.cost
    yield Grid([_item(item) for item in bill.items], right=frozenset({0}))
    yield GAP
    yield paragraph(("Totals", "bold"), indent=0)
    for total in bill.totals:
        yield bullet(f"month {total.month}: ", (money(total.price), "bold"))
    if bill.alternatives:
        yield GAP
        yield paragraph(("Alternatives", "bold"), indent=0)
        yield from map(_alternative, bill.alternatives)
    yield GAP
    yield paragraph(("Assumptions", "bold"), indent=0)
    yield from map(bullet, bill.assumptions)
    yield bullet("Confidence in a price is high where nothing else is said.")


def _item(item: Item) -> list[Line]:
    price = (money(item.price), "bold" if item.price else "bold yellow")
    doubt = "" if item.confidence == "high" else f"confidence {item.confidence}"
    told = ", ".join(filter(None, (item.source, item.date, doubt)))
    source = (f" [{told}]", "dim")
    return [*cells(price), Line([f"{item.what}: {item.arithmetic}", source])]


def _alternative(other: Alternative) -> Line:
    price = (money(other.price), "bold")
    losses = "; ".join(f"{miss.requirement} ({miss.why})" for miss in other.gives_up)
    gives_up = f"; gives up {losses}" if losses else "; gives up no requirement"
    return bullet(f"{other.title}: {facts.changes(other.changes)}; ", price, gives_up)
