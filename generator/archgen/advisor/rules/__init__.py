"""One small module a topic: what is picked, why, and what speaks against each other option."""

from __future__ import annotations

from archgen.advisor.rules import (
    blueprint,
    caching,
    client_updates,
    database,
    event_bus,
    hosting,
    pool,
    queue_store,
    scaling,
    workers,
    write_model,
)
from archgen.advisor.rules.rule import Rule

# In this order: a rule sees the picks of those before it.
RULES: tuple[Rule, ...] = (
    blueprint.RULE,
    workers.RULE,
    event_bus.RULE,
    write_model.RULE,
    queue_store.RULE,
    caching.RULE,
    client_updates.RULE,
    database.RULE,
    pool.RULE,
    hosting.RULE,
    scaling.RULE,
)
OPTIONS: dict[str, tuple[str, ...]] = {rule.topic: rule.options for rule in RULES}
