"""What the command line says, shows while it works, and says when something goes wrong."""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from ilk.errors import IlkError
from ilk.interrupt import interrupted

if TYPE_CHECKING:
    from rich.console import Console

    from ilk.progress import Progress

OUR_FAULT = 1
WIDEST = 100


def say(line: str) -> None:
    """Tell people something; stdout is kept for data."""
    typer.echo(line, err=True)


def console() -> Console:
    """A console for tables on stdout, never wider than 100 columns."""
    from rich.console import Console

    shown = Console(highlight=False)
    shown.width = min(shown.width, WIDEST) if shown.is_terminal else WIDEST
    return shown


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what goes wrong into a sentence and an exit code: 2 yours to change, 1 our fault, 130 stopped."""

    @wraps(command)
    def run(*args: Any, **given: Any) -> None:
        try:
            command(*args, **given)
        except IlkError as error:
            _fail(str(error), error.exit_code)
        except BrokenPipeError:
            sys.exit(0)
        except (typer.Exit, typer.Abort):
            raise
        except Exception:
            if interrupted():
                raise KeyboardInterrupt from None
            with tempfile.NamedTemporaryFile("w", prefix="ilk-fault-", suffix=".txt", delete=False) as report:
                report.write(traceback.format_exc())
            _fail(f"This is our fault, not yours. What happened is in {report.name}; please send it to us.", OUR_FAULT)

    return run


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Progress]:
    """Show the stage, its per cent and the time since the start on a terminal, a line a stage elsewhere, or nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from ilk.progress import Progress

    errors = Console(stderr=True)
    if quiet:
        yield Progress()
    elif not errors.is_terminal:
        yield Progress(_lines())
    else:
        columns = (TextColumn("{task.description:<44}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Bar(*columns, console=errors, transient=True) as bar:
            task = bar.add_task("", total=1.0)
            yield Progress(lambda stage, share: bar.update(task, description=stage, completed=share))


def _lines() -> Callable[[str, float], None]:
    seen: set[str] = set()

    def listen(stage: str, _share: float) -> None:
        if stage not in seen:
            seen.add(stage)
            say(stage)

    return listen


def _fail(sentence: str, code: int) -> NoReturn:
    say(f"ilk: {sentence}")
    sys.exit(code)
