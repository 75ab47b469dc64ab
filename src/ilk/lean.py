"""Libraries a process of ours can do without, kept out where another library would load them on its own."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder

NEEDS_PANDAS = {"app"}
"""Commands in which users' own libraries want it."""


class _Without(MetaPathFinder):
    def __init__(self, *left_out: str) -> None:
        self._left_out = left_out

    def find_spec(self, name: str, *_given: object) -> None:
        """Say that it is not installed, and nothing of any other library."""
        if name.partition(".")[0] in self._left_out:
            raise ModuleNotFoundError(name, name=name)


def keep_out_pandas(command: str) -> None:
    """Let no library load pandas for a command that reads files only.

    pyarrow and scikit-learn load it where it is installed: most of a second and 60 MB that nobody needs.
    """
    if command not in NEEDS_PANDAS:
        sys.meta_path.insert(0, _Without("pandas"))
