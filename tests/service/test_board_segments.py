"""A model with two levels says of every customer which of the few segments for the board it lies in."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pytest
from callers import Caller, as_json
from jsonschema import validate

from ilk.edit import apply_edit
from ilk.model.levels import COLUMNS
from ilk.model.parts import Edit
from ilk.segment import segment
from ilk.service import arrow
from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.served import Shelf


def towns():
    """Two far apart groups of two near ones each, 150 customers a group, one answer in ten blank; two said nothing."""
    rng = np.random.default_rng(1)
    values = np.repeat([[0, 0], [0, 8], [90, 0], [90, 8]], 150, axis=0) + rng.normal(size=(600, 2))
    columns = {name: pa.array(column, mask=rng.random(600) < 0.1) for name, column in zip("ab", values.T, strict=True)}
    return pa.table({"id": [f"K{i:03d}" for i in range(600)], **columns})


@pytest.fixture(scope="module")
def two_levels():
    """The model of two segments for the board and four for campaigns."""
    return segment(towns(), levels=(2, 4), role=dict.fromkeys("ab", "number"), id="id").model


def served(model, tmp_path):
    return Caller(Service(Shelf(model.save(tmp_path / "segments.ilk")), Limits()))


def by_id(model):
    return {row["id"]: row for row in model.assign(towns()).table.to_pylist()}


def test_every_answer_tells_the_boards_segment_as_files_do(two_levels, tmp_path):
    """In JSON, in Arrow, alone and with a thousand others; whoever cannot be assigned has none."""
    caller, want, customers = served(two_levels, tmp_path), by_id(two_levels), as_json(towns())
    for answer in [*caller.assign(customers), *caller.assign(customers[:1]), *caller.assign(customers * 3)]:
        if answer["segment"] is None:
            assert answer["id"] not in want
            assert not set(COLUMNS) & set(answer)
        else:
            assert answer == want[answer["id"]]
    assert {row["board_segment"] for row in want.values()} == {1, 2}

    stream = arrow.write_stream(towns())
    told = pa.ipc.open_stream(io.BytesIO(caller.post("/assign", stream, arrow.MEDIA_TYPE).content)).read_all()
    assert told.column_names[-3:] == [*COLUMNS, "reason"]
    for row in told.to_pylist():
        assert [row[name] for name in COLUMNS] == [want.get(row["id"], {}).get(name) for name in COLUMNS]


def test_segments_tell_where_on_the_board_they_lie(two_levels, tmp_path):
    caller, board = served(two_levels, tmp_path), two_levels.board
    names = {s.number: s.persona.name for s in board.model.segments}
    for told in caller.get("/segments").json()["segments"]:
        home = board.home(told["segment"])
        assert (told["board_segment"], told["board_persona"]) == (home, names[home])
        whole = caller.get(f"/segments/{told['segment']}").json()
        assert whole.items() >= told.items()


def test_the_document_asks_for_both_levels_only_where_there_are(two_levels, tmp_path, caller, frame):
    document = served(two_levels, tmp_path).get("/openapi.json").json()
    plain = caller.get("/openapi.json").json()
    for name in ("Assigned", "SegmentTold", "SegmentWhole"):
        assert set(COLUMNS) <= set(document["components"]["schemas"][name]["required"])
        assert not set(COLUMNS) & set(plain["components"]["schemas"][name]["properties"])
    answers = document["paths"]["/assign"]["post"]["responses"]["200"]["content"]["application/json"]
    schema = {**answers["schema"], "components": document["components"]}
    for example in answers["examples"].values():
        validate(example["value"], schema)
        assert set(COLUMNS) < set(example["value"]["assignments"][0])
    assert not set(COLUMNS) & set(caller.assign(as_json(frame.slice(0, 1)))[0])


def test_whoever_lies_in_several_of_the_few_has_none_and_a_note_says_so(two_levels, tmp_path):
    """Two segments of different board segments, merged by hand; customers of others need no note."""
    one, other = (two_levels.segment(two_levels.board.held_by(number)[0]) for number in (1, 2))
    merged = apply_edit(two_levels, Edit("merge", "", "2026-11-29", uid=one.uid, other=other.uid))
    (unclear,) = merged.board.unclear
    caller, want = served(merged, tmp_path), by_id(merged)
    inside = {own: row["segment"] == unclear for own, row in want.items()}
    customers = [c for c in as_json(towns()) if c["id"] in inside]
    for here in (True, False):
        some = [c for c in customers if inside[c["id"]] == here][:20]
        answer = caller.post("/assign", {"customers": some}).json()
        assert answer["assignments"] == [want[c["id"]] for c in some]
        assert all((told["board_segment"] is None) == here for told in answer["assignments"])
        assert [note["code"] for note in answer["notes"]] == ["board-unclear"] * here
