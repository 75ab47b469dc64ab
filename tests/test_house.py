"""The plan of the house, held by looking at the code itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "ilk"

FLOORS = [
    {"errors", "interrupt", "lean"},
    {"worlds", "accepted"},
    {"settings", "address"},
    {"progress"},
    {"files", "figures"},
    {"sources"},
    {"engines"},
    {"features"},
    {"cluster"},
    {"model"},
    {"choose", "profile"},
    {"edit"},
    {"outputs", "export"},
    {"study"},
    {"crowd"},
    {"findings", "deliver", "methods", "worlds"},
    {"segment", "world", "given"},
    {"act", "watch", "doctor"},
    {"console", "flags"},
    {"app", "service"},
    {"cli_edit"},
    {"cli_app", "cli_serve"},
    {"cli", "estimator"},
    {"__main__", "__init__"},
]
"""From the ground up: a room may import its own floor's own room, and what lies below."""


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def imports_of(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
            found += [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "ilk" else []
    return found


MODULES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_one_way(path):
    """A room imports only rooms below it."""
    here = room_of(path)
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "ilk" or len(parts) < 2 or not parts[1].islower() or parts[1].startswith("__"):
            continue
        if parts[1] == "load" or here == "__init__":
            continue
        assert parts[1] == here or floor_of(parts[1]) < floor_of(here), f"{path.name} imports {name}"


OWNERS = {
    "pyspark": "engines/spark.py",
    "streamlit": "app/",
    "fastapi": "service/",
    "pandas": "nowhere",
    "polars": "nowhere",
}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_heavy_libraries_stay_in_their_rooms(path):
    """pyspark, Streamlit and FastAPI in one place each; users' frames come in through narwhals only."""
    for name in imports_of(path):
        owner = OWNERS.get(name.split(".")[0])
        assert owner is None or str(path.relative_to(SOURCE)).startswith(owner), f"{path.name} imports {name}"


def test_no_file_outgrows_its_job():
    """Files stay near 300 lines, and none is named for nothing."""
    for path in MODULES:
        lines = path.read_text(encoding="utf-8").count("\n")
        limit = 400
        assert lines <= limit, f"{path.name}: {lines} lines"
        assert path.stem not in {"utils", "helpers", "common", "misc", "core", "base"}


def test_no_function_outgrows_its_job():
    """Past 40 lines (60 with its docstring) there is a second function inside; kernels may take 60 of code."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and not any(
                "compiled" in ast.dump(d) or "part" in ast.dump(d) for d in node.decorator_list
            ):
                size = node.end_lineno - node.lineno - (node.body[0].end_lineno - node.body[0].lineno)
                assert size <= 45, f"{path.name} {node.name}: {size} lines"


def test_import_brings_nothing_heavy():
    """`import ilk` loads no library that takes time."""
    heavy = "numpy", "pyarrow", "duckdb", "sklearn", "numba", "scipy", "pydantic"
    code = f"import sys, ilk; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def notes_in(path: Path) -> list[ast.Call]:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in {"Note", "_note"}]


def test_codes_of_notes_are_spelled_one_way():
    """Programs look them up: small letters with hyphens, and what the report looks up is what somebody says."""
    from ilk.outputs.sections import board, data

    texts = [call.args[0] for path in SOURCE.rglob("*.py") for call in notes_in(path)]
    codes = {text.value for text in texts if isinstance(text, ast.Constant)}
    assert len(codes) > 30
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []
    assert {*board.WEIGHTIEST, *data.ELSEWHERE} <= codes


def test_no_two_test_files_have_one_name():
    """Pytest imports them by their bare name: of two alike, one is not run."""
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})
