"""Fixtures every room shares, and the rule that no test is skipped in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

NO_DATA = "no ../shared/data on this machine"

MAY_BE_SKIPPED = (NO_DATA, "only root can give files away", "root may read everything")
"""Reasons that depend on the machine and on nothing that `make test` could install."""


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real customer data; a user's machine has none, and then these tests are skipped."""
    if not DATA.is_dir():
        pytest.skip(NO_DATA)
    return DATA


@pytest.fixture(scope="module")
def browser():
    """Chromium; one a module, because its event loop would be in the way of tests that start their own."""
    from chromium import running

    with running() as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _never_in_silence((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _never_in_silence((yield))


def _never_in_silence(report):
    """Fail what is skipped for want of a library or a browser where everything has been installed: `make` says so."""
    if os.environ.get("ALL_TESTS") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not reason.endswith(MAY_BE_SKIPPED):
            report.outcome, report.longrepr = "failed", f"{reason}: but ALL_TESTS=1 says that everything is installed"
    return report
