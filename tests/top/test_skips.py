"""Where everything is installed, nothing is skipped in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RULE = (Path(__file__).parents[1] / "conftest.py").read_text(encoding="utf-8")

AT_IMPORT = "import pytest\npytest.importorskip('a_library_nobody_has')\ndef test_it():\n    pass\n"
INSIDE = "import pytest\ndef test_it():\n    pytest.skip('no Chromium on this machine')\n"
NO_DATA = "import pytest\ndef test_it():\n    pytest.skip('no ../shared/data on this machine')\n"


@pytest.mark.parametrize(
    ("test", "installed", "code"),
    [(AT_IMPORT, "1", 2), (INSIDE, "1", 1), (NO_DATA, "1", 0), (INSIDE, "", 0)],
)
def test_a_library_that_is_missing_fails_its_tests(tmp_path, test, installed, code):
    (tmp_path / "conftest.py").write_text(RULE)
    (tmp_path / "test_one.py").write_text(test)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path]
    done = subprocess.run(
        words, env={**os.environ, "ALL_TESTS": installed}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout
    assert ("everything is installed" in done.stdout) == (code != 0)
