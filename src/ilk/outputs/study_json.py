"""study.json: the study for programs, laid out as its published schema says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from ilk.model.evidence import Candidate
from ilk.model.levels import Board
from ilk.model.model import Model
from ilk.model.parts import Segment
from ilk.outputs.reading import Reading
from ilk.sources.joined.brought import Brought

STUDY_FILE = "study.json"
OF_BOARD = ("segment", "uid", "name", "sentence", "size", "share", "trust")
"""What is told of the few segments of two levels; the rest is looked at by adopting their number."""


def study_document(model: Model, seconds: Mapping[str, float] | None = None) -> dict[str, Any]:
    """The study as a JSON document, its keys always in the same order.

    Args:
        model: The model with its edits.
        seconds: Wall time a stage; left out of what `ilk show --json` prints.
    """
    reading = Reading(model)
    content, provenance = model.content, model.content.provenance
    dialect = provenance.intake.dialect
    fidelity = reading.solution.fidelity
    return {
        "ilk_version": provenance.ilk_version,
        "source": provenance.source,
        "dialect": asdict(dialect) if dialect is not None else None,
        "sources": [_source(one) for one in content.sources],
        "id": provenance.id_column,
        "roles": {column.plan.column: column.plan.role for column in content.columns},
        "n_customers": provenance.n_customers,
        "n_assigned": provenance.n_assigned,
        "n_rejected": provenance.n_rejected,
        "method": provenance.method,
        "k": model.k,
        "neutral_k": content.evidence.neutral_k,
        "verdict": reading.verdict[0],
        "why_k": content.evidence.why_k,
        "candidates": [_candidate(candidate) for candidate in content.evidence.candidates],
        "segments": [_segment(segment, model.min_group) for segment in model.segments],
        "board": _board(model.board, model.min_group) if model.board is not None else None,
        "fidelity": fidelity.accuracy if fidelity is not None else None,
        "fidelity_full_tree": fidelity.full_tree if fidelity is not None else None,
        "themes": [{"columns": list(theme.columns), "share": theme.share} for theme in reading.solution.themes],
        "blocks": [asdict(block) for block in reading.solution.blocks],
        "warnings": [{"code": note.code, "text": note.text} for note in content.warnings],
        "seconds": dict(seconds or {}),
    }


def _board(board: Board, least: int) -> list[dict[str, Any]]:
    """The few segments of two levels, each with the numbers of those it holds."""
    segments = board.model.segments
    told = [(s.number, _segment(s, least)) for s in segments]
    return [{**{key: one[key] for key in OF_BOARD}, "holds": list(board.held_by(number))} for number, one in told]


def _source(one: Brought) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.block,
        "records": one.intake.records,
        "rows": one.intake.rows,
        "rejects": one.intake.rejects,
        "skipped": one.intake.skipped,
        "customers": one.customers,
        "strangers": one.strangers,
    }


def study_json(model: Model, seconds: Mapping[str, float] | None = None) -> str:
    """The same as a text."""
    return json.dumps(study_document(model, seconds), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The published JSON schema of study.json."""
    found: dict[str, Any] = json.loads((files("ilk.outputs") / "study.schema.json").read_text(encoding="utf-8"))
    return found


def _candidate(candidate: Candidate) -> dict[str, Any]:
    stability = candidate.stability
    return {
        "k": candidate.k,
        "inertia": candidate.inertia,
        "silhouette": candidate.silhouette,
        "calinski_harabasz": candidate.calinski_harabasz,
        "davies_bouldin": candidate.davies_bouldin,
        "gap": candidate.gap,
        "prediction_strength": candidate.prediction_strength,
        "stability": {"median": stability.median, "low": stability.low, "high": stability.high} if stability else None,
        "null_high": candidate.null_high,
        "score": candidate.score,
        "bic": candidate.bic,
        "entropy": candidate.entropy,
        "unlike_share": candidate.unlike_share,
    }


def _segment(segment: Segment, least: int) -> dict[str, Any]:
    persona, trust = segment.persona, segment.trust
    told = segment.size >= least or segment.size == 0
    return {
        "segment": segment.number,
        "uid": segment.uid,
        "name": persona.name,
        "sentence": persona.sentence,
        "size": segment.size if told else None,
        "share": segment.share if told else None,
        "value_share": dict(segment.value_share),
        "trust": trust.word if trust else None,
        "slsw": trust.slsw if trust else None,
        "markers": [
            {"column": m.column, "index": m.index, "direction": m.direction, "text": m.text} for m in persona.markers
        ],
        "topics": [
            {"topic": t.topic, "share": t.share, "everyone": t.everyone, "lift": t.lift} for t in segment.topics
        ],
        "rules": [{"text": r.text, "precision": r.precision, "recall": r.recall} for r in persona.rules],
    }
