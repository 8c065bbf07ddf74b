"""Without ``--with``, a repository's answers say what it needs."""

import pytest

from archgen.errors import UsageError
from archgen.services import needs


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("blueprint: fastify-redis", {"postgres", "redis"}),
        ("blueprint: fastify-redis\nqueue_store: redis", {"postgres", "redis"}),
        ("blueprint: fastify-redis\nqueue_store: postgres", {"postgres"}),
        ("blueprint: nestjs-bullmq\nevent_bus: kafka", {"postgres", "redis", "kafka"}),
        ("blueprint: fastify-redis\nevent_bus: rabbitmq", {"postgres", "redis", "rabbitmq"}),
        ("blueprint: nestjs-bullmq\nevent_bus: none", {"postgres", "redis"}),
        ("blueprint: express-kafka", {"postgres", "redis", "kafka"}),
        ("blueprint: fastify-redis\ndatabase: replicas", {"postgres", "replica", "redis"}),
        ("blueprint: fastify-redis\ndatabase: single", {"postgres", "redis"}),
    ],
)
def test_needs(tmp_path, answers, expected):
    (tmp_path / ".copier-answers.yml").write_text(answers)
    assert needs(tmp_path) == expected


@pytest.mark.parametrize("answers", [None, "", "- a list", "_src_path: elsewhere", "a: [b"])
def test_any_other_folder_is_told_to_name_them(tmp_path, answers):
    if answers is not None:
        (tmp_path / ".copier-answers.yml").write_text(answers)
    with pytest.raises(UsageError, match="archgen services --with postgres,redis -- CMD"):
        needs(tmp_path)


def test_from_the_command_line(services, tmp_path):
    (tmp_path / ".copier-answers.yml").write_text("blueprint: fastify-redis")
    script = 'test "$DATABASE_URL" && test "$REDIS_URL" && echo "${KAFKA_BROKERS-none}"'
    done = services.run("--", "sh", "-c", script, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "none\n")


def test_elsewhere_from_the_command_line(services, tmp_path):
    done = services.run("--", "true", cwd=tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path} holds no repository of archgen" in done.stderr
