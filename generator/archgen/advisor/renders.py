"""What this version renders. No rendered file depends on the topics that are not here."""

from __future__ import annotations

# The first of each is the nearest to whatever else was picked.
RENDERS: dict[str, tuple[str, ...]] = {
    "blueprint": ("fastify-redis",),
    "queue_store": ("redis",),
    "event_bus": ("none",),
    "write_model": ("crud",),
    "caching": ("none",),
    "database": ("single",),
    "pool": ("direct",),
    "workers": ("separate",),
    "client_updates": ("polling",),
}


def nearest(topic: str, picked: str) -> str:
    """The pick if this version renders it, else what it renders in its place."""
    options = RENDERS.get(topic, (picked,))
    return picked if picked in options else options[0]
