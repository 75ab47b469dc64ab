"""Fixtures every room shares."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real customer data; a user's machine has none, and then these tests are skipped."""
    if not DATA.is_dir():
        pytest.skip("no ../shared/data on this machine")
    return DATA
