from __future__ import annotations

import re
from itertools import pairwise

from archgen.advisor.architecture import Architecture, Diagram, Edge, Node
from archgen.brief.ascii import drawing
from archgen.brief.mermaid import mermaid

SMALL = Diagram(
    nodes=(
        Node("clients", "clients", "flow", True),
        Node("api", "api x 2", "flow", True),
        Node("worker", "worker x 12 with 29 of the jobs at once", "flow", False),
        Node("ai", "AI provider", "flow", True),
        Node("postgres", "Postgres", "store", True),
        Node("replica", "read replica", "store", False),
        Node("files", "object store", "store", True),
    ),
    edges=(
        Edge("clients", "api", '20 "requests"/s'),
        Edge("worker", "ai", ""),
        Edge("api", "postgres", "3 connections each"),
        Edge("postgres", "worker", "jobs, claimed by FOR UPDATE SKIP LOCKED"),
        Edge("worker", "clients", "webhooks"),
        Edge("postgres", "replica", "streaming"),
    ),
)

DRAWN = """\
+------------------------+
| clients                |
+------------------------+
     | 20 "requests"/s
+------------------------+
| api x 2                |--> Postgres: 3 connections each
+------------------------+

+------------------------+
| worker x 12 with 29 of |<-- Postgres: jobs, claimed by FOR UPDATE SKIP
| the jobs at once (not  |    LOCKED
| yet rendered)          |--> clients: webhooks
+------------------------+
     |
+------------------------+
| AI provider            |
+------------------------+

Postgres --> read replica (not yet rendered): streaming
object store"""

FLOWCHART = """\
flowchart TD
  clients["clients"]
  api["api x 2"]
  worker["worker x 12 with 29 of the jobs at once (not yet rendered)"]
  ai["AI provider"]
  postgres[("Postgres")]
  replica[("read replica (not yet rendered)")]
  files[("object store")]
  clients -->|"20 #quot;requests#quot;/s"| api
  worker --> ai
  api -->|"3 connections each"| postgres
  postgres -->|"jobs, claimed by FOR UPDATE SKIP LOCKED"| worker
  worker -->|"webhooks"| clients
  postgres -->|"streaming"| replica
  classDef later stroke-dasharray: 5 5
  class worker,replica later"""


def test_the_drawing() -> None:
    assert "\n".join(drawing(SMALL)) == DRAWN


def test_the_flowchart() -> None:
    assert mermaid(SMALL) == FLOWCHART


def test_both_show_every_node_and_every_edge(architecture: Architecture) -> None:
    diagram = architecture.diagram
    lines, chart = drawing(diagram), mermaid(diagram)
    flow = [node for node in diagram.nodes if node.lane == "flow"]
    down = {(above.id, below.id) for above, below in pairwise(flow)}
    beside = [edge for edge in diagram.edges if (edge.source, edge.target) not in down]

    assert len(re.findall(r"^\+-+\+$", "\n".join(lines), re.MULTILINE)) == 2 * len(flow)
    assert "\n".join(lines).count("-->") + "\n".join(lines).count("<--") == len(beside)
    assert chart.count(" -->") == len(diagram.edges)
    for node in diagram.nodes:
        assert re.search(rf"^  {re.escape(node.id)}\[", chart, re.MULTILINE)
        assert all(word in "\n".join(lines) for word in node.label.split())
    for edge in diagram.edges:
        assert all(word in "\n".join(lines) for word in edge.label.split())
        assert re.search(rf"^  {edge.source} -->.* {edge.target}$", chart, re.MULTILINE)


def test_the_drawing_fits_and_its_boxes_are_straight(architecture: Architecture) -> None:
    lines = drawing(architecture.diagram)

    assert max(map(len, lines)) <= 78
    assert len({line.index("|", 1) for line in lines if line.startswith("| ")}) == 1
    assert [line for line in lines if line != line.rstrip()] == []
