"""`ilk`, also as `python -m ilk`: from the first import to the last byte, Ctrl-C is one sentence and one code."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from ilk.interrupt import deafen, interrupted, listen

INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and leave."""
    listen()
    try:
        from ilk.lean import keep_out_pandas

        keep_out_pandas(sys.argv[1] if len(sys.argv) > 1 else "")
        from ilk.cli import app

        app()
        sys.exit(0)
    except KeyboardInterrupt:
        _leave(INTERRUPTED)
    except SystemExit as end:
        _leave(INTERRUPTED if interrupted() else end.code)


def _leave(code: str | int | None) -> NoReturn:
    """End at once: taking compilers and databases apart in memory takes most of a second, and nobody needs it."""
    deafen()
    said = "ilk: Stopped; nothing half-written is left.\n" if code == INTERRUPTED else ""
    try:
        sys.stderr.write(f"{code}\n" if isinstance(code, str) else said)
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass  # whoever was to read this has left already
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main()
