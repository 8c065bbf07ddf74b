"""Framework and transport: a log of events only if the load needs one and the team can run it."""

from __future__ import annotations

from archgen.advisor import events
from archgen.advisor.constants import LIMIT
from archgen.advisor.rules.rule import Case, Reasons, Rule
from archgen.requirements import Requirements

NEST, FASTIFY, KAFKA = "nestjs-bullmq", "fastify-redis", "express-kafka"


def _pick(case: Case) -> str:
    need = case.need
    if events.log_wanted(need) and not events.log_obstacle(need):
        return KAFKA
    known = _known(need)
    if known:
        return NEST if known == "nestjs" else FASTIFY
    return NEST if need.engineers >= LIMIT["structure_engineers"] else FASTIFY


def _known(need: Requirements) -> str | None:
    """The one of the two frameworks that the team knows."""
    known = [name for name in ("nestjs", "fastify") if name in need.knows]
    return known[0] if len(known) == 1 else None


def _explain(case: Case, picked: str) -> Reasons:
    wanted, obstacle = events.log_wanted(case.need), events.log_obstacle(case.need)
    against = {
        NEST: "modules, decorators and a build step",
        FASTIFY: "leaves structure to the team",
        KAFKA: f"{obstacle}, although {wanted}" if wanted else events.no_log_needed(case.need),
    }
    if picked == KAFKA:
        no_log = "no log that each consumer reads at its own pace"
        return Reasons(wanted or "", against | dict.fromkeys((NEST, FASTIFY), no_log))
    return Reasons(_structure(case.need), against)


def _structure(need: Requirements) -> str:
    bound, known = int(LIMIT["structure_engineers"]), _known(need)
    if known:
        return f"the team knows {known}"
    if need.engineers >= bound:
        return f"{need.engineers} engineers (from {bound}) need agreed module boundaries"
    return f"{need.engineers} engineers (below {bound}) get by with the smaller framework"


RULE = Rule("blueprint", (NEST, FASTIFY, KAFKA), _pick, _explain)
