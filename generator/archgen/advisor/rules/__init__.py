"""One small module a topic: its options, the number that decides, what each costs to have."""

from __future__ import annotations

from archgen.advisor.rules import (
    blueprint,
    caching,
    client_updates,
    database,
    event_bus,
    hosting,
    http_caching,
    partitioning,
    pool,
    queue_store,
    scaling,
    standby,
    vectors,
    workers,
    write_model,
)
from archgen.advisor.rules.rule import Rule

# In this order: a rule sees the picks of those before it.
RULES: tuple[Rule, ...] = (
    workers.RULE,
    blueprint.RULE,
    event_bus.RULE,
    queue_store.RULE,
    write_model.RULE,
    caching.RULE,
    http_caching.RULE,
    vectors.RULE,
    partitioning.RULE,
    database.RULE,
    standby.RULE,
    client_updates.RULE,
    pool.RULE,
    hosting.RULE,
    scaling.RULE,
)
OPTIONS: dict[str, tuple[str, ...]] = {
    rule.topic: tuple(option.name for option in rule.options) for rule in RULES
}
