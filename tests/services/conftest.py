"""``archgen services`` in a temporary folder of its own, where it must leave nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.support import Services


@pytest.fixture
def base() -> Iterator[Path]:
    """Open to all accounts, unlike pytest's own temporary folders."""
    with tempfile.TemporaryDirectory(prefix="svc-") as folder:
        os.chmod(folder, 0o1777)
        yield Path(folder)


@pytest.fixture
def services(base: Path) -> Iterator[Services]:
    services = Services(base)
    yield services
    services.assert_nothing_left()
