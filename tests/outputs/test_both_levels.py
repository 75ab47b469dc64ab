"""Two levels are shown wherever segments are: which of the few each of the many lies in."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from made_content import customers
from rich.console import Console

import ilk
from ilk.edit import apply_edit
from ilk.model.parts import Edit
from ilk.outputs.study_json import schema, study_document
from ilk.outputs.terminal import show


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """600 customers in two segments for the board, and five for campaigns."""
    table = pa.table({"ID": np.arange(600), **customers()})
    return ilk.segment(table, id="ID", levels=(2, 5), out=tmp_path_factory.mktemp("levels") / "study")


def printed(model):
    console = Console(file=io.StringIO(), width=100)
    show(model, console)
    return console.file.getvalue()


def test_every_customer_of_a_segment_lies_in_its_board_segment(study):
    """The sizes of the few are the sums of the sizes of the many they hold, as the model tells both."""
    board, sizes = study.model.board, {s.number: s.size for s in study.segments}
    assert sorted(number for s in board.model.segments for number in board.held_by(s.number)) == list(sizes)
    for segment in board.model.segments:
        assert segment.size == sum(sizes[number] for number in board.held_by(segment.number))
    few = study.model.at(2).assign(pa.table({"ID": np.arange(600), **customers()})).table
    assert study.assignments["board_segment"].to_pylist() == few["segment"].to_pylist()
    assert study.assignments["board_persona"].to_pylist() == few["persona"].to_pylist()


def test_all_tables_have_a_column_for_the_board(study, tmp_path):
    with (study.folder / "customers-with-segments.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    home = {str(s.number): str(study.model.board.home(s.number)) for s in study.segments}
    assert all(row["board_segment"] == home[row["segment"]] for row in rows)
    assert pq.read_schema(study.folder / "assignments.parquet").names[-2:] == ["board_segment", "board_persona"]
    anew = study.model.assign(pa.table({"ID": np.arange(600), **customers()})).table
    assert anew["board_segment"].to_pylist() == study.assignments["board_segment"].to_pylist()


def test_the_terminal_and_print_tell_what_the_few_hold(study):
    said = printed(study.model)
    assert "Five kinds of customers for campaigns, in two for the board" in said
    assert said.index("For the board") < said.index("For campaigns")
    held = study.model.board.held_by(1)
    assert f"holds {', '.join(map(str, held[:-1]))} and {held[-1]} of those" in said or f"holds {held[0]} of" in said
    assert f"holds {', '.join(map(str, held))}" in str(study.model)


def test_the_workbook_has_a_sheet_for_the_board(study):
    import fastexcel

    book = fastexcel.read_excel(study.folder / "personas.xlsx")
    assert book.sheet_names[:3] == ["Overview", "For the board", "Personas"]
    for_board = book.load_sheet("For the board").to_arrow().to_pydict()
    personas = book.load_sheet("Personas").to_arrow().to_pydict()
    assert len(for_board["Holds"]) == 2
    names = {s.number: s.persona.name for s in study.model.board.model.segments}
    home = study.model.board.home(1)
    assert personas["Lies in, of the board's"][0] == f"{home} {names[home]}"


def test_programs_are_told_of_the_few(study):
    told = json.loads((study.folder / "study.json").read_text(encoding="utf-8"))["board"]
    assert [one["holds"] for one in told] == [list(study.model.board.held_by(n)) for n in (1, 2)]
    assert set(schema()["properties"]["board"]["items"]["required"]) == set(told[0])


def test_without_two_levels_nothing_is_said_of_a_board(model, study):
    assert model.board is None
    assert study.model.at(2).board is None
    assert study_document(model)["board"] is None
    assert "board" not in printed(model)


def test_names_given_to_the_few_are_told(study):
    """Adopt the few, rename one, go back to the many: the name stands in the column."""
    few = study.model.at(2)
    renamed = few.edited(Edit("rename", "", "2026-11-29", uid=few.segments[0].uid, text="Savers")).at(5)
    assert "Savers" in printed(renamed)
    assert (
        "Savers" in renamed.assign(pa.table({"ID": np.arange(600), **customers()})).table["board_persona"].to_pylist()
    )


def test_merged_from_parts_of_two_the_board_is_blank_and_that_is_said(study):
    board = study.model.board
    one, other = (study.model.segment(board.held_by(number)[0]) for number in (1, 2))
    merged = apply_edit(study.model, Edit("merge", "", "2026-11-29", uid=one.uid, other=other.uid))
    assigned = merged.assign(pa.table({"ID": np.arange(600), **customers()}))
    number = min(one.number, other.number)
    table = assigned.table.filter(pc.equal(assigned.table["segment"], number))
    blank = table["board_segment"].to_pylist()
    assert set(blank) == {None}
    assert any(note.code == "board-unclear" and f"Segment {number} was merged" in note.text for note in assigned.notes)


def test_a_column_that_speaks_against_averages_is_explained(study):
    """Where groups make a segment, a value may be nearer to the other average; then, and only then, that is said."""
    table, told = customers(), 0
    for i in range(60):
        found = study.model.explain(
            {name: float(values[i]) for name, values in table.items() if values[i] == values[i]}
        )
        (mine, other) = (study.model.segment(number) for number in (found.segment, found.runner_up))
        odd = []
        for reason in found.reasons[:5]:
            here, there, own = (
                mine.profile(reason.column).mean,
                other.profile(reason.column).mean,
                table[reason.column][i],
            )
            odd += [reason.words] if (abs(own - there) - abs(own - here)) * reason.points < 0 else []
        notes = [note.text for note in found.notes if note.code == "beside-averages"]
        assert bool(notes) == bool(odd)
        assert not notes or notes[0].startswith(" and ".join(odd))
        told += bool(notes)
    assert 0 < told < 60
