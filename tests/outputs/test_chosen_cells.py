"""The heat table where its cells can be chosen: below the row of the one chosen stands how its column is spread."""

from __future__ import annotations

from dataclasses import replace

from ilk.edit import apply_edit
from ilk.model.parts import Edit
from ilk.outputs.reading import Reading
from ilk.outputs.sections.heat import heat, spread_of
from ilk.outputs.sections.personas import chapters
from ilk.outputs.sections.places import flattering_map_of
from ilk.outputs.templating import fragment


def cells(found):
    return [cell for table in (*found.shown, *found.folded) for row in table.lines for cell in row.cells]


def details(found):
    return [row for table in (*found.shown, *found.folded) for row in table.lines if row.detail]


def test_on_paper_nothing_can_be_chosen(model):
    assert not [cell for cell in cells(heat(Reading(model))) if cell.pick]


def test_every_cell_of_a_segment_can_be_chosen_and_says_what_it_is(model):
    found = cells(heat(Reading(model), opened=""))
    picks = [cell.pick for cell in found if cell.pick]
    assert len(picks) == len(set(picks)) == len(found) * 4 // 5
    assert all(cell.text in cell.said for cell in found if cell.pick)
    assert not details(heat(Reading(model), opened=""))


def test_each_choice_opens_one_spread_in_its_own_row(model):
    reading = Reading(model)
    for pick in [cell.pick for cell in cells(heat(reading, opened="")) if cell.pick][::7]:
        found = heat(reading, opened=pick)
        (row,) = details(found)
        assert pick in [cell.pick for cell in row.cells]
        assert [cell.said.endswith("Close") for cell in cells(found) if cell.pick].count(True) == 1


def test_a_choice_that_is_no_more_opens_nothing(model):
    merged = apply_edit(model, Edit("merge", "", "2026-11-23", uid=model.segments[0].uid, other=model.segments[3].uid))
    pick = next(cell.pick for cell in cells(heat(Reading(model), opened="")) if cell.pick.startswith("4:"))
    assert not details(heat(Reading(merged), opened=pick))


def test_hostile_columns_stay_text(hostile):
    reading = Reading(hostile)
    pick = next(cell.pick for cell in cells(heat(reading, opened="")) if cell.pick)
    html = fragment("heat", heat=heat(reading, opened=pick), chapters=chapters(reading))
    assert "<script" not in html
    assert "<b>tier" not in html
    assert html.count('class="detail"') == 1


def test_too_few_are_said_to_be_too_few(model):
    segment = model.segments[0]
    name = segment.profiles[0].column
    few = replace(segment.profiles[0], bins=(), levels=(), n_zero=None)
    hidden = replace(segment, profiles=(few, *segment.profiles[1:]))
    assert "Too few customers" in spread_of(hidden, model.content.column(name))


def test_a_chosen_cell_tells_its_index(model):
    """Against everyone's 100, above how it is spread and to who listens; answers on a scale have none."""
    reading, segment = Reading(model), model.segments[0]
    column = next(c for c in model.content.columns if c.plan.kind == "amount")
    name = column.plan.column
    index = round(100 * segment.profile(name).mean / column.everyone.mean)
    assert f"<p>Index {index}: 100 is everyone’s average.</p>" in spread_of(segment, column)
    said = next(c.said for c in cells(heat(reading, opened="")) if c.pick == f"1:0:{name}")
    assert f" Index {index}. Show how" in said
    steps = replace(column, plan=replace(column.plan, kind="ordered"))
    assert "Index" not in spread_of(segment, steps)


def test_the_flattering_view_says_that_it_flatters(model, one_segment):
    found = flattering_map_of(Reading(model))
    assert "flatters" in found.subtitle
    assert found.draw(720).startswith("<svg")
    assert flattering_map_of(Reading(one_segment)) is None
    assert flattering_map_of(Reading(model.at(2))).draw(343).startswith("<svg")
