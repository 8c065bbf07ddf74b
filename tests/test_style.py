from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import ROOT


@pytest.mark.parametrize("check", [("check",), ("format", "--check")], ids=" ".join)
def test_ruff(check):
    subprocess.run([sys.executable, "-m", "ruff", *check, str(ROOT)], check=True)
