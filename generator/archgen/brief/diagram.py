"""The rendered architecture as an ASCII drawing: a chain of boxes, Postgres beside it."""

from __future__ import annotations

from archgen.advisor import Architecture
from archgen.advisor.numbers import shown

_WIDTH = 31  # of a box
_LINK = 18  # between the chain and Postgres
_SIDE = 22  # of Postgres


def diagram(architecture: Architecture) -> list[str]:
    """Lines of at most 80 columns."""
    size, rendered = architecture.sizing(), architecture.rendered
    queue = rendered["queue_store"]
    chain = [
        ("clients", f"{shown(size['peak_rps'])} requests/s"),
        (f"api x {size['api_processes']}", "jobs"),
        (f"queue: {queue}, {shown(size['redis_mb'])} MB", "jobs"),
        (f"worker x {size['worker_processes']}", f"{size['worker_concurrency']} at once each"),
        ("slow operation, AI provider", ""),
    ]
    links = {1: f"{size['api_pool']} each", 3: f"{size['worker_pool']} each"}
    server = [
        "Postgres",
        f"{size['database_cores']} cores",
        f"{shown(size['database_connections'])} connections",
    ]
    return _beside(_chain(chain, links), server)


def _chain(boxes: list[tuple[str, str]], links: dict[int, str]) -> list[tuple[str, str]]:
    """Lines of the chain, each with what links it to the side; '' outside of the links."""
    lines: list[tuple[str, str]] = []
    for index, (name, below) in enumerate(boxes):
        link = f"-- {links[index]} ".ljust(_LINK - 1, "-") + ">" if index in links else ""
        edge = "+" + "-" * (_WIDTH - 2) + "+"
        lines += [(edge, ""), (f"| {name:<{_WIDTH - 4}} |", link), (edge, "")]
        if below:
            lines.append((" " * (_WIDTH // 2) + f"| {below}", ""))
    return lines


def _beside(lines: list[tuple[str, str]], server: list[str]) -> list[str]:
    """The chain with one tall box to its right, from its first link to its last."""
    linked = [index for index, (_, link) in enumerate(lines) if link]
    top, bottom = linked[0] - 1, linked[-1] + 1
    edge = "+" + "-" * (_SIDE - 2) + "+"
    drawn = []
    for index, (left, link) in enumerate(lines):
        inside = server[index - top - 1] if 0 <= index - top - 1 < len(server) else ""
        right = edge if index in (top, bottom) else f"| {inside:<{_SIDE - 4}} |"
        right = right if top <= index <= bottom else ""
        drawn.append(f"{left:<{_WIDTH}}{link:<{_LINK}}{right}".rstrip())
    return drawn
