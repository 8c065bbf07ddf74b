"""The choices in the text brief: why, why nothing else, until when, and what an override costs."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Architecture, Choice, Override
from archgen.advisor.money import money
from archgen.advisor.numbers import shown
from archgen.brief import facts
from archgen.brief.blocks import GAP, Block, bullet, paragraph


def choices(architecture: Architecture) -> Iterator[Block]:
    for index, choice in enumerate(architecture.choices):
        if index:
            yield GAP
        yield from _choice(choice)


def _choice(choice: Choice) -> Iterator[Block]:
    chosen = f" (your choice; advised: {choice.override.advised})" if choice.override else ""
    yield bullet(choice.topic, ": ", (choice.picked, "bold green"), chosen)
    yield paragraph("because ", choice.because)
    for other in choice.rejected:
        impossible = (" (impossible)", "yellow") if other.impossible else ""
        yield bullet("not ", other.option, impossible, f": {facts.why(other, choice)}", indent=2)
    for option, at in facts.turns(choice).items():
        said = f"the advice becomes {option} at {' or '.join(at)}"
        yield bullet((said, "cyan"), indent=2)
    if choice.override:
        yield from _override(choice.override)


def _override(override: Override) -> Iterator[Block]:
    price, advised = money(override.price), money(override.advised_price)
    same = override.price == override.advised_price
    compared = "the same as advised" if same else f"as advised {advised}"
    yield bullet(f"{price} a month, {compared}", indent=2)
    for size in override.sizes:
        numbers = f"{shown(size.chosen)} {size.unit}, as advised {shown(size.advised)}"
        yield bullet(f"{size.name} = {numbers}", indent=2)
    for miss in override.misses:
        yield bullet(("misses ", "bold red"), f"{miss.requirement}: {miss.why}", indent=2)
