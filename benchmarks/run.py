"""Run every benchmark here, one after the other, and write RESULTS.md.

usage: run.py [NAME...]      all when none is named; a named one only replaces its own part of RESULTS.md
       run.py bounded --peer FOLDER      what else is given goes to the script

Each script prints Markdown on stdout and its progress on stderr. It runs in a process of its own, without the two
variables that would keep the peers from their best kernels.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
PEERS = (
    "numpy",
    "scipy",
    "numba",
    "pyarrow",
    "duckdb",
    "scikit-learn",
    "scikit-learn-intelex",
    "faiss-cpu",
    "stepmix",
    "kmodes",
)
HINDERING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def scripts() -> dict[str, Path]:
    """Every script that can be run alone, by name."""
    found = {path.stem: path for path in sorted(HERE.glob("*.py")) if path.stem != "run"}
    return {name: path for name, path in found.items() if "__main__" in path.read_text(encoding="utf-8")}


def run(name: str, path: Path, given: Sequence[str]) -> str:
    """What a script printed, as a section; a script that fails says so and does not stop the rest."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    env = {key: value for key, value in os.environ.items() if key not in HINDERING}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, str(path), *given], env=env, stdout=subprocess.PIPE, text=True, check=False)
    took = time.perf_counter() - start
    said = done.stdout.strip() if "|" in done.stdout else f"```text\n{done.stdout.strip()}\n```"
    failed = f"\n\n**{path.name} failed with exit code {done.returncode}.**" if done.returncode else ""
    return f"## {name}\n\n{said}{failed}\n\n{machine()}; took {took:.0f} s.\n"


def machine() -> str:
    """When, on what, and with which versions."""
    here = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").is_file() else ""
    processor = re.search(r"model name\s*:\s*(.+)", here)
    chip = processor[1] if processor else platform.processor() or platform.machine()
    libraries = ", ".join(f"{name} {found}" for name in PEERS if (found := _version(name)))
    day = datetime.now(UTC).date().isoformat()
    return f"{day}, {os.cpu_count()} cores, {chip}, Python {platform.python_version()}, {libraries}"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def sections() -> dict[str, str]:
    """What RESULTS.md has so far, by script."""
    if not RESULTS.is_file():
        return {}
    parts = re.split(r"^(?=## )", RESULTS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].removeprefix("## ").strip(): part for part in parts}


def main() -> int:
    """Run what was named; 1 if any of it failed."""
    every = scripts()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="*", help=", ".join(every))
    asked, given = parser.parse_known_args()
    named = asked.name or list(every)
    if given and len(named) != 1:
        parser.error(f"{' '.join(given)} is for one benchmark alone")
    unknown = [name for name in named if name not in every]
    if unknown:
        parser.error(f"no benchmark called {unknown[0]!r}; there are {', '.join(every)}")
    found = sections()
    for name in named:
        found[name] = run(name, every[name], given)
        kept = "\n".join(found[one].strip() + "\n" for one in sorted(found) if one in every)
        RESULTS.write_text(f"# Measured\n\nWritten by `make bench`. Every ratio was measured in one run.\n\n{kept}")
    return int(any("failed with exit code" in found[name] for name in named))


if __name__ == "__main__":
    sys.exit(main())
