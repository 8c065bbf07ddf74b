"""What a finding says."""

from __future__ import annotations

Text = tuple[str, str]  # message and remedy
