"""Hatchling build hook: what a wheel was built from, in archgen/_build.json."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildInfoHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # an editable install asks its checkout each time
        root = Path(self.root)
        sys.path.insert(0, str(root / "generator"))
        from archgen.build_info import BUILD_FILE, from_checkout, read

        carried = root / "generator" / "archgen" / BUILD_FILE  # in an unpacked sdist
        build = read(carried) if carried.is_file() else from_checkout(root, self.metadata.version)
        self.scratch = tempfile.TemporaryDirectory()
        written = Path(self.scratch.name, BUILD_FILE)
        written.write_text(json.dumps(build.to_dict(), indent=2) + "\n")
        inside = "archgen" if self.target_name == "wheel" else "generator/archgen"
        build_data["force_include"][str(written)] = f"{inside}/{BUILD_FILE}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "scratch"):
            self.scratch.cleanup()
