"""Which services the repository in a folder needs, from the answers it was rendered with."""

from __future__ import annotations

from pathlib import Path

from archgen.errors import UsageError

ANSWERS = ".copier-answers.yml"


def needs(folder: Path) -> frozenset[str]:
    """Postgres always; its replica, Redis, Kafka and RabbitMQ as the answers say."""
    answers = _answers(folder)
    needed = {
        "postgres": True,
        "replica": answers.get("database") == "replicas",
        "redis": answers.get("queue_store", "redis") == "redis",
        "rabbitmq": answers.get("event_bus") == "rabbitmq",
        "kafka": answers["blueprint"] == "express-kafka" or answers.get("event_bus") == "kafka",
    }
    return frozenset(name for name, wanted in needed.items() if wanted)


def _answers(folder: Path) -> dict[str, str]:
    import yaml

    try:
        answers = yaml.safe_load((folder / ANSWERS).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        answers = None
    if not isinstance(answers, dict) or "blueprint" not in answers:
        raise UsageError(
            f"{folder} holds no repository of archgen (no {ANSWERS} with a blueprint)."
            " Say which services:\n  archgen services --with postgres,redis -- CMD"
        )
    return answers
