"""How fast ilk starts: `import ilk`, `ilk --help`, `ilk assign` of 100 customers, and what they must not load.

usage: start.py [--runs 7]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from table import Table, goal

import ilk
from ilk.settings import Settings
from ilk.world import make_world, write_world

HEAVY = ("sklearn", "numba", "altair", "vl_convert", "xlsxwriter", "pandas", "polars", "jinja2")
"""Libraries that none of the three may load; `import ilk` also goes without the next ones."""

SOLID = ("numpy", "pyarrow", "duckdb", "scipy", "pydantic", "typer", "rich")

WITNESS = """
import sys
from ilk.cli import main
sys.argv = ["ilk", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
finally:
    print("\\nLOADED", *sorted(name for name in sys.modules if "." not in name))
"""


@dataclass(frozen=True, slots=True)
class Start:
    """A command, the seconds it may take, and libraries it must not load."""

    name: str
    command: tuple[str, ...]
    limit: float | None
    witness: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def starts(folder: Path) -> tuple[Start, ...]:
    """The three starts, and an empty Python to compare with."""
    python, program = sys.executable, str(Path(sys.executable).with_name("ilk"))
    model, customers = str(folder / "segments.ilk"), str(folder / "few" / "customers.csv")
    assign = ("assign", model, customers, "--out", str(folder / "out.csv"), "--force")
    loaded = "import sys, ilk; print('LOADED', *sys.modules)"
    return (
        Start("an empty Python", (python, "-c", "pass"), None),
        Start("import ilk", (python, "-c", "import ilk"), 0.1, (python, "-c", loaded), (*HEAVY, *SOLID)),
        Start("ilk --help", (program, "--help"), 0.4, (python, "-c", WITNESS, "--help"), (*HEAVY, "duckdb", "scipy")),
        Start("ilk assign, 100 customers", (program, *assign), 1.0, (python, "-c", WITNESS, *assign), HEAVY),
    )


def prepare(folder: Path) -> None:
    """A model to assign by, and a hundred customers."""
    ilk.segment(make_world(5_000).customers, settings=Settings(k=(4, 6))).model.save(folder / "segments.ilk")
    write_world(folder / "few", make_world(100, seed=1))


def seconds(command: tuple[str, ...]) -> float:
    """Wall time of one run, which must end well."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def loaded_too_much(start: Start) -> list[str]:
    """Libraries that were loaded and must not be."""
    if not start.witness:
        return []
    told = subprocess.run(start.witness, check=True, capture_output=True, text=True).stdout
    loaded = set(told.rpartition("LOADED")[2].split())
    return [name for name in start.without if name in loaded]


def measure(runs: int) -> Table:
    """Medians of alternating runs."""
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        todo = starts(Path(name))
        extra = [loaded_too_much(start) for start in todo]  # also warms the disk
        times = [[seconds(start.command) for start in todo] for _ in range(runs)]
    medians = [statistics.median(one[i] for one in times) for i in range(len(todo))]
    rows, goals = [], []
    for start, median, too_much in zip(todo, medians, extra, strict=True):
        limit = "" if start.limit is None else f"{start.limit:.1f} s"
        rows.append((start.name, f"{median:.3f} s", limit, ", ".join(too_much) or "nothing"))
        if start.limit is not None:
            goals.append(goal(f"{start.name} within {limit}", met=median <= start.limit))
            goals.append(goal(f"{start.name} loads no heavy library", met=not too_much))
    return Table(
        f"Start, medians of {runs} alternating runs",
        ("what", "takes", "may take", "loads too much"),
        tuple(rows),
        tuple(goals),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    print(measure(parser.parse_args().runs))


if __name__ == "__main__":
    main()
