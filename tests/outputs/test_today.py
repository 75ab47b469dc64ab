"""The segments beside the grouping that is used today."""

from dataclasses import replace

import pytest

from ilk.model.evidence import Comparison
from ilk.model.model import Model
from ilk.outputs.reading import Reading
from ilk.outputs.sections.today import beside_today

EXPLAINED = (("SPEND", 0.6, 0.3), ("VISITS", 0.4, 0.3))


def beside(model, **changes):
    """What is told of four segments beside a made-up grouping."""
    rows = tuple((s.size - 20, 20, 0) if s.number > 1 else (s.size - 40, None, None) for s in model.segments)
    found = Comparison("TIER", ("gold", "silver", "none yet"), rows, 0.5, EXPLAINED)
    return beside_today(Reading(Model(replace(model.content, comparison=replace(found, **changes)))))


def test_one_sentence_says_which_explains_more(model):
    """Half of the differences against 30 %; four segments beside three groups have the easier task."""
    told = beside(model).summary
    assert "partly the same: overlap 0.5 " in told
    assert "averaged over 2 columns, the 4 segments explain 50 % of the differences between customers" in told
    assert told.endswith("the 3 groups of “TIER” 30 %. More groups always explain more.")


def test_who_has_the_harder_task_needs_no_excuse(model):
    fewer = (("SPEND", 0.3, 0.6),)
    assert beside(model, explained=fewer).summary.endswith("the 3 groups of “TIER” 60 %.")
    pooled = beside(model, groups=("gold", "silver", "(other)"))
    assert pooled.summary.endswith("the groups of “TIER” 30 %.")
    assert "explain" not in beside(model, explained=()).summary


def test_shares_are_of_the_whole_segment(model):
    """Hidden cells do not make those that are shown everybody."""
    table = beside(model).crossed
    first = model.segments[0]
    share = round(100 * (first.size - 40) / first.size)
    assert table.lines[0].cells[0].text == f"{first.size - 40} ({share} %)"
    assert [cell.text for cell in table.lines[0].cells[1:]] == ["–", "–"]
    assert "under 10, or what would tell it" in table.caption


@pytest.mark.parametrize(
    ("groups", "heads"),
    [
        (("1", "2", "3.5"), ("TIER 1", "TIER 2", "TIER 3.5")),
        (("1", "2", "(other)"), ("TIER 1", "TIER 2", "(other)")),
        (("1", "2", "A"), ("1", "2", "A")),
    ],
)
def test_mere_numbers_are_called_by_their_column(model, groups, heads):
    assert beside(model, groups=groups).crossed.heads[1:] == heads


def test_other_segments_than_those_compared_are_not_told(model):
    assert beside_today(Reading(model.at(k=3))) is None
