"""The sections of the text brief, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from archgen.advisor.architecture import Architecture, Metric, Size, Stage, Version
from archgen.advisor.money import money
from archgen.advisor.numbers import shown
from archgen.brief import facts
from archgen.brief.ascii import drawing
from archgen.brief.blocks import GAP, Block, Drawing, Grid, Line, bullet, cells, paragraph
from archgen.brief.choices import choices
from archgen.brief.cost import cost

Section = Callable[[Architecture], Iterator[Block]]


def assessment(architecture: Architecture) -> Iterator[Block]:
    findings = architecture.findings
    if not any(finding.severity == "problem" for finding in findings):
        yield bullet("The requirements go together.")
    for finding in findings:
        style = "bold red" if finding.severity == "problem" else "bold"
        kind = (finding.severity.upper(), style)
        yield bullet(kind, f" ({finding.topic}): {finding.message} {finding.remedy}")
    for topic, picked, nearest in architecture.unrenderable():
        said = f": {topic} = {picked}; this version renders {nearest}."
        yield bullet(("NOT YET", "bold yellow"), said)
    style = "bold" if architecture.cost.within_budget else "bold red"
    yield bullet(("COST", style), f": {facts.verdict(architecture.cost)}")


def first_to_give(architecture: Architecture) -> Iterator[Block]:
    rows = [
        [
            Line([(facts.factor(item), "bold")]),
            Line([(item.resource, "bold"), f", at {item.at}: {item.arithmetic}. Then {item.then}"]),
        ]
        for item in architecture.bottlenecks
    ]
    yield Grid(rows, ("load", "what is full then, and what to do"), right=frozenset({0}))


def diagram(architecture: Architecture) -> Iterator[Block]:
    yield Drawing(drawing(architecture.diagram))


def capacity(architecture: Architecture) -> Iterator[Block]:
    used = [size for size in architecture.sizes if size.value or size.rendered]
    for topic, sizes in groupby(used, key=lambda size: size.topic):
        yield paragraph((topic, "bold"), indent=0)
        yield from _sizes(sizes)
    unused = [size.name for size in architecture.sizes if size not in used]
    if unused:
        yield paragraph(("none", "bold"), f" of {', '.join(unused)}", indent=0)


def _sizes(sizes: Iterable[Size]) -> Iterator[Line]:
    """A source is named once for the sizes in a row that have it."""
    for source, alike in groupby(sizes, key=lambda size: size.source):
        first, *others = alike
        yield _size(first, source)
        yield from (_size(size) for size in others)


def _size(size: Size, source: str = "") -> Line:
    figure = f"{size.name} = {shown(size.value)} {size.unit}"
    differs = size.rendered != size.value
    rendered = f" (this version renders {shown(size.rendered)})" if differs else ""
    named = (f" [{source}]", "dim") if source else ""
    return bullet((figure, "bold"), rendered, f": {size.arithmetic}", named, indent=2)


def forecast(architecture: Architecture) -> Iterator[Block]:
    yield paragraph(facts.FORECAST, indent=0)
    for one in architecture.forecast.predictions:
        told = (f"{one.name} = {facts.figure(one)} {one.unit}", "bold")
        why = f": {one.arithmetic}" if one.arithmetic else ""
        yield bullet(told, why, (f" [{one.source}]" if one.source else "", "dim"), indent=2)


def metrics(architecture: Architecture) -> Iterator[Block]:
    yield paragraph("Each expression is true while its requirement holds.", indent=0)
    for metric in architecture.metrics:
        yield from _metric(metric)


def _metric(metric: Metric) -> Iterator[Block]:
    yield bullet((metric.name, "bold"), f": {metric.objective} [{metric.requirement}]")
    yield paragraph((metric.promql, "cyan"), " ", (metric.threshold, "bold"), indent=4)


def scaling(architecture: Architecture) -> Iterator[Block]:
    yield paragraph(facts.STAGES)
    yield GAP
    header = ("", "load", "api", "workers", "database", "a month")
    rows = [_stage(stage) for stage in architecture.stages]
    yield Grid(rows, header, right=frozenset({0, 2, 3}))
    changing = [stage for stage in architecture.stages if stage.changes]
    if changing:
        yield GAP
    for stage in changing:
        yield bullet((f"from {shown(stage.factor)} x", "bold"), f": {facts.changes(stage.changes)}")


def _stage(stage: Stage) -> list[Line]:
    return cells(
        (f"{shown(stage.factor)} x", "bold"),
        stage.load.replace(", ", "\n"),
        str(stage.api_processes),
        str(stage.worker_processes),
        stage.database,
        money(stage.price),
    )


def inputs(architecture: Architecture) -> Iterator[Block]:
    given = facts.given(architecture)
    rows = [
        cells((name, "bold"), given[name], ", ".join(topics))
        for name, topics in facts.moves(architecture).items()
    ]
    yield Grid(rows, ("answer", "given", "moves"))


def versions(architecture: Architecture) -> Iterator[Block]:
    rows = [_version(version) for version in architecture.versions]
    yield Grid(rows, ("component", "version", "why"))


def _version(version: Version) -> list[Line]:
    why = version.why if version.rendered else f"{version.why} (not yet rendered)"
    return cells((version.component, "bold"), version.version, why)


SECTIONS: dict[str, Section] = {
    "Assessment": assessment,
    "What gives first": first_to_give,
    "Choices": choices,
    "Diagram": diagram,
    "Capacity": capacity,
    "Forecast": forecast,
    "Monthly cost": cost,
    "Success metrics": metrics,
    "Scaling path": scaling,
    "What would change this": inputs,
    "Versions": versions,
}
