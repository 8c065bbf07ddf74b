"""What a reader must find in a brief, whatever its form."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.advisor.architecture import Architecture, Size


def statements(architecture: Architecture) -> Iterator[str]:
    """Everything that is said in words."""
    for finding in architecture.findings:
        yield from (finding.message, finding.remedy)
    for bottleneck in architecture.bottlenecks:
        yield from (bottleneck.resource, bottleneck.at, bottleneck.arithmetic, bottleneck.then)
    for choice in architecture.choices:
        yield choice.because
        yield from (other.why for other in choice.rejected)
        yield from (flip.when for flip in choice.flips)
        yield from (miss.why for miss in choice.override.misses) if choice.override else ()
    for size in architecture.sizes:
        yield from (size.name, size.arithmetic, size.source) if used(size) else [size.name]
    for one in architecture.forecast.predictions:
        yield from (one.name, one.unit, one.arithmetic, one.source)
    for item in architecture.cost.items:
        yield from (item.what, item.arithmetic, item.source, item.date)
    for other in architecture.cost.alternatives:
        yield from (other.title, *(miss.why for miss in other.gives_up))
    yield from architecture.cost.assumptions
    for metric in architecture.metrics:
        yield from (metric.name, metric.objective, metric.promql, metric.threshold)


def words(architecture: Architecture) -> Iterator[str]:
    """What stands in the cells of tables, where lines of several cells alternate."""
    for stage in architecture.stages:
        yield from (*stage.load.replace(", ", " ").split(), *stage.database.split())
    for version in architecture.versions:
        yield from (*version.component.split(), version.version, *version.why.split())
    for node in architecture.diagram.nodes:
        yield from node.label.split()
    for edge in architecture.diagram.edges:
        yield from edge.label.split()


def used(size: Size) -> bool:
    return bool(size.value or size.rendered)


def folded(text: str) -> str:
    return " ".join(text.split())
