"""What several test modules need."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

# The choices of renderings that together hold every option; each is installed, checked and run.
WITH_REDIS = ("queue_store=redis", "caching=two-tier", "partitioning=by-time")
WITHOUT_REDIS = ("queue_store=postgres", "caching=in-process", "database=replicas")
# Beside them, with the machine's own RabbitMQ.
WITH_BUS = ("queue_store=postgres", "caching=in-process", "event_bus=rabbitmq")
CQRS = "write_model=cqrs"
RENDERINGS = {
    "redis": ("blueprint=fastify-redis", *WITH_REDIS),
    "postgres": ("blueprint=fastify-redis", *WITHOUT_REDIS, CQRS),
    "nest-redis": ("blueprint=nestjs-bullmq", *WITH_REDIS, CQRS),
    "nest-postgres": ("blueprint=nestjs-bullmq", *WITHOUT_REDIS),
    "bus": ("blueprint=fastify-redis", *WITH_BUS),
    "nest-bus": ("blueprint=nestjs-bullmq", *WITH_BUS),
}
# Whose renderings are run where one blueprint must do for all.
BLUEPRINT = os.environ.get("ARCHGEN_BLUEPRINT", "fastify-redis")


def named(store: str, blueprint: str = BLUEPRINT) -> str:
    """The rendering of a blueprint on `redis`, on `postgres` alone, or with a `bus`."""
    return {"fastify-redis": store, "nestjs-bullmq": f"nest-{store}"}[blueprint]


def copied(copie_session: Any, choices: tuple[str, ...]) -> Path:
    """This checkout rendered by plain Copier, its packages not installed."""
    answers = {"service_name": "myservice", **dict(choice.split("=") for choice in choices)}
    result = copie_session.copy(extra_answers=answers, template_dir=ROOT)
    assert result.exception is None
    assert result.exit_code == 0
    return result.project_dir


def git(folder: Path, *arguments: str) -> str:
    """Run git there, as somebody, untouched by the machine's configuration."""
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    return subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def git_release(folder: Path, tag: str) -> None:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", f"Release {tag}")
    git(folder, "tag", tag)


def install_wheel(wheel: Path, folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "install"]
    subprocess.run([*pip, f"archgen[services] @ {wheel.as_uri()}"], check=True)
    return folder / "bin"
