"""Several topics in a cell: the form is voted on over the column, and split as it is written."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ilk.progress import Progress
from ilk.sources.activity.tags import LONGEST, topics_sql, vote_split
from ilk.sources.sandbox import open_sandbox


def split(cells):
    """The form of the cells and the topics of each, in their order."""
    sandbox = open_sandbox(1, 0, Progress())
    try:
        counted = {cell: cells.count(cell) for cell in cells}
        sandbox.show("cells", pa.table({"cell": list(counted), "n": list(counted.values())}))
        form = vote_split(sandbox, "cells")
        found = {cell: [] for cell in counted}
        for cell, spelled, n in sandbox.rows(topics_sql("cells", form)):
            assert n == counted[cell]
            found[cell].append(spelled)
        return form, [found[cell] for cell in cells]
    finally:
        sandbox.close()


@pytest.mark.parametrize(
    ("form", "cells", "topics"),
    [
        ("semicolons", ["a;b", "b", " c ; "], [["a", "b"], ["b"], ["c"]]),
        ("bars", ["a|b c", "d"], [["a", "b c"], ["d"]]),
        ("commas", ["a, b", "c,d", "e"], [["a", "b"], ["c", "d"], ["e"]]),
        ("angles", ["<word-choice><articles>", "<x>"], [["word-choice", "articles"], ["x"]]),
        ("angles", ["&lt;a&gt;&lt;b c&gt;"], [["a", "b c"]]),
        ("hashes", ["#a #b", "I love #ünï!", "#🎉 no"], [["a", "b"], ["ünï"], []]),
        ("json", ['["a","b"]', '["c, d"]', "[]"], [["a", "b"], ["c, d"], []]),
        ("json", ["[1, 2]", "[3]"], [["1", "2"], ["3"]]),
        ("brackets", ["[a, 'b, c']", "[]", "[d]"], [["a", "b, c"], [], ["d"]]),
        ("bars", ["rock &amp; roll|jazz"], [["rock & roll", "jazz"]]),
        ("whole", ["Warhammer 40,000", "Dota 2"], [["Warhammer 40,000"], ["Dota 2"]]),
        ("whole", ["x') OR 1=1 --", "a  b\n c"], [["x') OR 1=1 --"], ["a b c"]]),
    ],
)
def test_forms(form, cells, topics):
    """Each form is found, and gives the topics without what keeps them apart."""
    assert split(cells) == (form, topics)


def test_a_few_separators_are_part_of_a_name():
    """One title in ten with a comma is a title; one cell in three is a list."""
    titles = [f"title {i}" for i in range(9)]
    assert split([*titles, "Kings, Queens"])[0] == "whole"
    assert split([*titles[:2], "Kings, Queens"])[0] == "commas"


def test_a_cell_that_is_no_json_stays_whole():
    """Among lists, one that is broken is a topic as it stands."""
    assert split([*(['["a"]'] * 19), '["b"'])[1][-1] == ['["b']


def test_a_topic_has_an_end():
    """Nobody calls a topic by a hundred thousand letters."""
    _, [[topic]] = split(["x" * 100_000])
    assert len(topic) == LONGEST
