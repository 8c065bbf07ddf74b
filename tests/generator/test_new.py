from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import git

READY = ("--preset", "document-ai", "--yes")


def tracked(folder: Path) -> list[str]:
    return git(folder, "ls-files").splitlines()


def test_yes_ends_in_a_committed_repository(archgen, tmp_path):
    done = archgen("new", "myservice", *READY)
    assert done.returncode == 0, done.stderr
    repository = tmp_path / "myservice"
    assert git(repository, "log", "--format=%an %s") == "Ada Start myservice"
    assert git(repository, "status", "--porcelain") == ""
    assert "archgen services -- npm run dev" in done.stdout


def test_only_the_repository_is_left(archgen, tmp_path):
    archgen("new", "myservice", *READY)
    assert os.listdir(tmp_path) == ["myservice"]


def test_dry_run_lists_every_file_and_writes_none(archgen, tmp_path):
    dry = archgen("new", "myservice", *READY, "--dry-run", "--json")
    assert os.listdir(tmp_path) == []
    archgen("new", "myservice", *READY)
    assert sorted(json.loads(dry.stdout)["files"]) == sorted(tracked(tmp_path / "myservice"))


def test_json_is_one_document(archgen, tmp_path):
    done = archgen("new", "myservice", *READY, "--json")
    document = json.loads(done.stdout)
    assert document["commit"] == git(tmp_path / "myservice", "rev-parse", "HEAD")
    assert document["files"] == sorted(tracked(tmp_path / "myservice"))
    assert document["next_steps"][0] == "cd myservice"


def test_answers_come_from_a_file_and_from_stdin_alike(archgen, tmp_path):
    answers = "peak_rps: 70\nengineers: 4\n"
    (tmp_path / "answers.yml").write_text(answers)
    archgen("new", "one", "--answers", "answers.yml", "--yes")
    archgen("new", "two", "--answers", "-", "--yes", stdin=answers)
    one, two = ((tmp_path / name / ".copier-answers.yml").read_text() for name in ("one", "two"))
    assert "peak_rps: 70" in one
    assert one.replace("one", "two") == two.replace("one", "two")


def test_every_wrong_answer_is_named_at_once(archgen, tmp_path):
    done = archgen(
        "new", "myservice", "--yes", "--set", "peak_rps=-1", "--set", "peek=1", "--set", "history=3"
    )
    assert done.returncode == 3
    assert all(word in done.stderr for word in ("peak_rps", "requests/s", "peek", "history"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["My-Service", "my_service", "-x", "x-", "a--b", "", "1st", "con", "a" * 51, "a/b", "é"]
)
def test_a_name_that_npm_docker_or_windows_refuse(archgen, tmp_path, name):
    done = archgen("new", *READY, "--", name)
    assert done.returncode == 3
    assert "npm" in done.stderr
    assert os.listdir(tmp_path) == []


def test_a_refused_name_comes_with_one_that_works(archgen):
    assert "For example: my-service" in archgen("new", "My_Service", *READY).stderr


def test_a_target_with_anything_in_it_is_left_alone(archgen, tmp_path):
    (tmp_path / "myservice").mkdir()
    (tmp_path / "myservice" / "mine.txt").write_text("mine")
    done = archgen("new", "myservice", *READY)
    assert done.returncode == 4
    assert "mine.txt" in done.stderr
    assert os.listdir(tmp_path / "myservice") == ["mine.txt"]
    assert os.listdir(tmp_path) == ["myservice"]


def test_a_target_that_is_a_file_is_left_alone(archgen, tmp_path):
    (tmp_path / "myservice").write_text("mine")
    assert archgen("new", "myservice", *READY).returncode == 4
    assert (tmp_path / "myservice").read_text() == "mine"


def test_without_a_terminal_yes_is_needed(archgen, tmp_path):
    done = archgen("new", "myservice")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert os.listdir(tmp_path) == []


def test_a_closed_stdin_needs_yes(tmp_path):
    command = f"{sys.executable} -m archgen new myservice <&-"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert os.listdir(tmp_path) == []


def test_json_asks_nothing(archgen):
    done = archgen("new", "myservice", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == 2


def test_the_current_folder_can_be_the_target(archgen, tmp_path):
    done = archgen("new", "myservice", *READY, "--dest", ".")
    assert done.returncode == 0, done.stderr
    assert git(tmp_path, "status", "--porcelain") == ""
    assert "cd " not in done.stdout


def test_a_fresh_clone_of_an_empty_repository_can_be_the_target(archgen, tmp_path):
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk", "cloned")
    done = archgen("new", "myservice", *READY, "--dest", "cloned")
    assert done.returncode == 0, done.stderr
    cloned = tmp_path / "cloned"
    assert git(cloned, "branch", "--show-current") == "trunk"
    assert git(cloned, "log", "--format=%s") == "Start myservice"
    assert git(cloned, "status", "--porcelain") == ""


def test_dest_may_lie_in_folders_that_are_not_there_yet(archgen, tmp_path):
    assert archgen("new", "myservice", *READY, "--dest", "a/b/c").returncode == 0
    assert (tmp_path / "a/b/c/.copier-answers.yml").is_file()


def test_without_git(archgen, tmp_path):
    assert archgen("new", "myservice", *READY, "--no-git").returncode == 0
    assert not (tmp_path / "myservice" / ".git").exists()


def test_without_an_identity_the_first_commit_says_whose_it_is(archgen, tmp_path, monkeypatch):
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{role}_NAME")
        monkeypatch.delenv(f"GIT_{role}_EMAIL")
    nowhere = {"HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1", "XDG_CONFIG_HOME": ""}
    done = archgen("new", "myservice", *READY, env=nowhere)
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "myservice", "log", "--format=%an") == "archgen"
    assert "git config user.name" in done.stdout


def test_a_choice_this_version_cannot_render_is_refused_with_the_nearest(archgen, tmp_path):
    done = archgen("new", "myservice", "--yes", "--choose", "blueprint=express-kafka")
    assert done.returncode == 3
    assert "not yet in this version" in done.stderr
    assert "--choose blueprint=fastify-redis" in done.stderr
    assert os.listdir(tmp_path) == []


def test_a_chosen_blueprint_is_rendered(archgen, tmp_path):
    done = archgen("new", "myservice", *READY, "--choose", "blueprint=nestjs-bullmq")
    assert done.returncode == 0, done.stderr
    answers = (tmp_path / "myservice" / ".copier-answers.yml").read_text()
    assert "\nblueprint: nestjs-bullmq\n" in answers
    assert "src/api.module.ts" in tracked(tmp_path / "myservice")


def test_advice_this_version_cannot_render_falls_back_and_says_so(archgen, tmp_path):
    done = archgen("new", "myservice", "--preset", "event-stream", "--yes")
    assert done.returncode == 0, done.stderr
    assert "express-kafka" in done.stdout
    assert "not yet in this version" in done.stdout.lower()
    answers = (tmp_path / "myservice" / ".copier-answers.yml").read_text()
    assert "\nblueprint: fastify-redis\n" in answers


def test_a_full_disk_leaves_nothing(tmp_path, git_identity):
    def smallest_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))

    done = subprocess.run(
        [sys.executable, "-m", "archgen", "new", "myservice", *READY, "--dest", "a/myservice"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=smallest_files,
        check=False,
    )
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 130), (signal.SIGKILL, -9)],
)
def test_a_run_that_is_ended_midway_leaves_no_half_repository(
    archgen, tmp_path, git_identity, number, code
):
    process = subprocess.Popen(
        [sys.executable, "-m", "archgen", "new", "myservice", *READY],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(tmp_path.glob(".myservice.archgen-*/build/*")):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.001)
    process.send_signal(number)
    errors = process.communicate(timeout=30)[1]
    assert process.returncode == code
    assert "Traceback" not in errors
    assert not (tmp_path / "myservice").exists()
    if number != signal.SIGKILL:
        assert os.listdir(tmp_path) == []
    assert archgen("new", "myservice", *READY).returncode == 0
    assert os.listdir(tmp_path) == ["myservice"]  # what a killed run left is swept
