"""The diagram in ASCII: the request's way as a chain of boxes, arrows to what stands beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, zip_longest

from archgen.advisor.architecture import Diagram, Edge, Node
from archgen.brief.facts import label

COLUMNS = 78  # of a line
_INSIDE = 24  # columns of a box's text, at most
_LINK = "     | "  # from one box down to the next
_HANGING = "    "

Nodes = Mapping[str, Node]


def drawing(diagram: Diagram) -> list[str]:
    """Lines of at most COLUMNS, without trailing spaces."""
    nodes = {node.id: node for node in diagram.nodes}
    flow = [node for node in diagram.nodes if node.lane == "flow"]
    down = [_between(diagram, above, below) for above, below in pairwise(flow)]
    linked = {edge for edges in down for edge in edges}
    beside = [edge for edge in diagram.edges if edge not in linked]
    width = max((len(line) for node in flow for line in _inside(node)), default=0)

    lines: list[str] = []
    for node, below in zip_longest(flow, down):
        lines += _box(_inside(node), _arrows(node, beside, nodes), width)
        lines += _link(below) if below is not None else []
    lines += [line for text in _among_stores(diagram, nodes) for line in _wrapped(text)]
    return [line.rstrip() for line in lines]


def _between(diagram: Diagram, above: Node, below: Node) -> list[Edge]:
    return [edge for edge in diagram.edges if (edge.source, edge.target) == (above.id, below.id)]


def _inside(node: Node) -> list[str]:
    return textwrap.wrap(label(node), _INSIDE, break_on_hyphens=False)


def _box(inside: Sequence[str], arrows: Iterator[str], width: int) -> Iterator[str]:
    edge = f"+{'-' * (width + 2)}+"
    beside = [line for arrow in arrows for line in _wrapped(arrow, columns=COLUMNS - len(edge))]
    yield edge
    for left, right in zip_longest(inside, beside, fillvalue=""):
        yield f"| {left:<{width}} |{right}"
    yield edge


def _link(edges: Sequence[Edge]) -> list[str]:
    """From one box down to the next; an empty line where nothing leads there."""
    return [line for edge in edges for line in _wrapped(edge.label, _LINK, _LINK)] or [""]


def _arrows(node: Node, edges: Sequence[Edge], nodes: Nodes) -> Iterator[str]:
    """What leaves the box, and what comes in from a store, which has no box to leave from."""
    for edge in edges:
        if edge.source == node.id:
            yield _arrow("-->", nodes[edge.target], edge)
        if edge.target == node.id and nodes[edge.source].lane == "store":
            yield _arrow("<--", nodes[edge.source], edge)


def _arrow(arrow: str, end: Node, edge: Edge) -> str:
    return f"{arrow} {label(end)}" + (f": {edge.label}" if edge.label else "")


def _among_stores(diagram: Diagram, nodes: Nodes) -> list[str]:
    """What stands below the chain: edges from store to store, and stores without any edge."""
    stores = [node for node in diagram.nodes if node.lane == "store"]
    ends = {end for edge in diagram.edges for end in (edge.source, edge.target)}
    edges = [
        f"{label(store)} {_arrow('-->', nodes[edge.target], edge)}"
        for store in stores
        for edge in diagram.edges
        if edge.source == store.id and nodes[edge.target].lane == "store"
    ]
    alone = [label(store) for store in stores if store.id not in ends]
    return ["", *edges, *alone] if edges or alone else []


def _wrapped(text: str, first: str = "", rest: str = _HANGING, columns: int = COLUMNS) -> list[str]:
    """At least one line."""
    lines = textwrap.wrap(
        text, columns, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    return lines or [first]
