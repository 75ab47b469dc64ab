"""Errors: what is wrong, what was got, what to do."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest

import ilk
from ilk.errors import BadInput, BadSetting, IlkError, MissingColumns, several


def test_an_error_reads_as_three_sentences():
    error = BadInput("The file is empty", got="0 bytes", do="name another.")
    assert str(error) == "The file is empty. Got: 0 bytes. Do: name another."


@pytest.mark.parametrize(
    ("kind", "builtin"), [(BadInput, ValueError), (BadSetting, ValueError), (MissingColumns, KeyError)]
)
def test_errors_are_also_the_builtin_that_fits(kind, builtin):
    assert issubclass(kind, IlkError)
    assert issubclass(kind, builtin)


def test_missing_columns_are_all_named_with_the_nearest_one():
    text = str(MissingColumns.listing(["BALANC", "X"], ["BALANCE", "TENURE"]))
    assert text == (
        "2 columns not found: 'BALANC', 'X'. Got: the columns 'BALANCE', 'TENURE'. "
        "Do: use 'BALANCE', if that is what you mean."
    )


def test_long_lists_are_cut_with_a_count():
    assert "and 88 more" in str(MissingColumns.listing([f"c{i}" for i in range(100)], []))


def test_several_problems_come_one_a_line():
    assert str(several(["a is bad", "b is bad"], what="x.csv")).count("\n  - ") == 2


def test_an_error_survives_a_worker_process():
    error = pickle.loads(pickle.dumps(MissingColumns.listing(["a"], ["b"])))
    assert isinstance(error, MissingColumns)
    assert error.wrong == "1 column not found: 'a'"


FOR_PROGRAMS = {"cluster", "engines", "choose", "service"}
"""Rooms whose refusals meet a programmer, who knows what was called."""


def test_every_refusal_says_what_to_do():
    """No message leaves somebody at a terminal with nothing but what is wrong."""
    source = Path(ilk.__file__).parent
    kinds = {kind.__name__ for kind in IlkError.__subclasses__()} - {"Cancelled"}
    silent = []
    for path in source.rglob("*.py"):
        if path.relative_to(source).parts[0] in FOR_PROGRAMS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) in kinds:
                told = {keyword.arg for keyword in node.exc.keywords}
                silent += [] if "do" in told else [f"{path.name}:{node.lineno}"]
    assert silent == []
