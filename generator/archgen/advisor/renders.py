"""What this version renders. No rendered file depends on the topics that are not here."""

from __future__ import annotations

from collections.abc import Mapping

# The first of each is the nearest to whatever else was picked.
RENDERS: dict[str, tuple[str, ...]] = {
    "workers": ("separate",),
    "blueprint": ("fastify-redis",),
    "event_bus": ("none",),
    "queue_store": ("redis",),
    "write_model": ("crud",),
    "caching": ("none",),
    "http_caching": ("revalidate",),
    "vectors": ("none",),
    "partitioning": ("none",),
    "database": ("single",),
    "client_updates": ("polling",),
    "pool": ("direct",),
}


def nearest(topic: str, picked: str) -> str:
    """The pick if this version renders it, else what it renders in its place."""
    options = RENDERS.get(topic, (picked,))
    return picked if picked in options else options[0]


def rendered(picked: Mapping[str, str]) -> dict[str, str]:
    """What is rendered for each topic."""
    return {topic: nearest(topic, option) for topic, option in picked.items()}
