"""What the service says about the model it serves, as plain JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ilk.features.transforms import OTHER
from ilk.model import levels
from ilk.model.explain import Explanation
from ilk.model.parts import ColumnSummary, Profile, Segment
from ilk.model.seen import Seen
from ilk.outputs.study_json import study_document
from ilk.service.problems import Problem
from ilk.service.served import Served
from ilk.sources.source import Note

Document = dict[str, Any]

CHOSEN = ("category", "ordered")
"""Kinds of columns whose choices are told."""


def segments_document(served: Served) -> Document:
    """All segments, as study.json has them, and of two levels the segment of the board each lies in."""
    told = study_document(served.model)["segments"]
    if (board := served.model.board) is not None:
        told = [{**one, **dict(zip(levels.COLUMNS, board.place(one["segment"]), strict=True))} for one in told]
    return {"segments": told}


def segment_document(served: Served, number: int) -> Document:
    """One segment and its figures.

    Raises:
        Problem: 404 if there is none.
    """
    for told, segment in zip(segments_document(served)["segments"], served.model.segments, strict=True):
        if segment.number == number:
            columns = {c.plan.column: c for c in served.model.content.columns}
            return {**told, "columns": [_figures(columns[p.column], p) for p in _shown(segment, columns)]}
    raise Problem(404, "no-segment", "There is no segment of this number; /segments lists those there are.")


def model_document(served: Served) -> Document:
    """The model in use."""
    model, provenance, judged = served.model, served.model.content.provenance, served.model.judged
    known = {c.plan.column: c for c in model.content.columns}
    seen = {one.column: one for one in served.wanted.seen if one.is_scale}
    return {
        "model": served.tag,
        "since": served.since,
        "ilk_version": provenance.ilk_version,
        "created": provenance.created,
        "segments": len(model.segments),
        "verdict": judged.verdict if judged else None,
        "verdict_text": judged.text if judged else None,
        "id": served.wanted.id_column,
        "columns": [_read(known[name], seen.get(name)) for name in served.wanted.kinds if name in known],
        "set_aside": [str(aside.test) for aside in model.view.asides],
    }


def explanation_document(found: Explanation, n_unknown: int) -> Document:
    """An explanation; the caller knows what was sent, so texts of it are not said again."""
    told = found.as_json()
    for reason in told["reasons"]:
        reason.pop("value", None)
    told["notes"] = [*told["notes"], *notes_document(n_unknown)]
    return told


def notes_document(n_unknown: int, odd: Sequence[Note] = ()) -> list[Document]:
    """What was odd about values, and columns the model does not know, which are counted and not named."""
    notes = list(odd)
    if n_unknown:
        text = f"{n_unknown:,} column{'s are' if n_unknown > 1 else ' is'} not known to the model, and left alone."
        notes.append(Note("columns-unknown", text))
    return [{"code": note.code, "text": note.text} for note in notes]


def _shown(segment: Segment, columns: dict[str, ColumnSummary]) -> list[Profile]:
    """Profiles of the columns that build or describe."""
    return [p for p in segment.profiles if p.column in columns and columns[p.column].plan.use != "out"]


def _figures(column: ColumnSummary, here: Profile) -> Document:
    return {
        "column": here.column,
        "words": column.plan.label.words,
        "mean": here.mean,
        "median": here.median,
        "low": here.low,
        "high": here.high,
        "everyone": column.everyone.mean,
    }


def _read(column: ColumnSummary, scale: Seen | None) -> Document:
    """A column as it is read; `choices` are those enough customers made, rare ones are known without being told."""
    plan, steps = column.plan, scale is not None
    choices = [level for level in column.levels if level != OTHER] if plan.kind in CHOSEN and not steps else None
    return {
        "column": plan.column,
        "words": plan.label.words,
        "unit": plan.label.unit,
        "kind": column.facts.kind,
        "choices": choices or None,
        "low": scale.low if scale else None,
        "high": scale.high if scale else None,
    }
