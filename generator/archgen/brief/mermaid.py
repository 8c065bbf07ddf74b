"""The diagram as a Mermaid flowchart, which code hosts draw."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Diagram, Edge, Node
from archgen.brief.facts import label


def mermaid(diagram: Diagram) -> str:
    """Lines without a final line break."""
    return "\n".join(["flowchart TD", *(f"  {line}" for line in _lines(diagram))])


def _lines(diagram: Diagram) -> Iterator[str]:
    yield from map(_node, diagram.nodes)
    yield from map(_edge, diagram.edges)
    later = [node.id for node in diagram.nodes if not node.rendered]
    if later:
        yield "classDef later stroke-dasharray: 5 5"
        yield f"class {','.join(later)} later"


def _node(node: Node) -> str:
    opening, closing = ("[(", ")]") if node.lane == "store" else ("[", "]")
    return f"{node.id}{opening}{_quoted(label(node))}{closing}"


def _edge(edge: Edge) -> str:
    text = f"|{_quoted(edge.label)}|" if edge.label else ""
    return f"{edge.source} -->{text} {edge.target}"


def _quoted(text: str) -> str:
    """Mermaid takes HTML entities, written with # for &."""
    escaped = text.replace("#", "#35;")
    for character, entity in (('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        escaped = escaped.replace(character, entity)
    return f'"{escaped}"'
