"""What this version renders. No rendered file depends on the topics that are not here."""

from __future__ import annotations

from collections.abc import Mapping

from archgen.advisor.demand import Demand
from archgen.advisor.plan import Plan

# The first of each is the nearest to whatever else was picked.
RENDERS: dict[str, tuple[str, ...]] = {
    "workers": ("separate",),
    "blueprint": ("fastify-redis", "nestjs-bullmq"),
    "event_bus": ("none", "rabbitmq"),
    "queue_store": ("redis", "postgres"),
    "write_model": ("crud", "cqrs"),
    "caching": ("none", "in-process", "two-tier"),
    "http_caching": ("revalidate", "private"),
    "vectors": ("none",),
    "partitioning": ("none", "by-time"),
    "database": ("single", "replicas"),
    "client_updates": ("polling", "webhook", "sse"),
    "pool": ("direct",),
}


def nearest(topic: str, picked: str) -> str:
    """The pick if this version renders it, else what it renders in its place."""
    options = RENDERS.get(topic, (picked,))
    return picked if picked in options else options[0]


def as_rendered(plan: Plan) -> Plan:
    """The plan of what this version renders, which publishes events by RabbitMQ alone."""
    there = rendered(plan.picked)
    events = plan.need.events_per_second if publishes(there) else 0
    demand = Demand(plan.need.with_answer("events_per_second", events))
    return Plan(demand, plan.prices, there)


def publishes(there: Mapping[str, str]) -> bool:
    """Whether what is rendered brings events to other services."""
    return there.get("event_bus") == "rabbitmq"


def rendered(picked: Mapping[str, str]) -> dict[str, str]:
    """What is rendered for each topic."""
    return {topic: nearest(topic, option) for topic, option in picked.items()}
