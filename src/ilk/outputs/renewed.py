"""What a study's folder shows after a change by hand: everything that is made from the model alone, anew."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ilk.files import write_text
from ilk.model.model import Model
from ilk.outputs.folder import MODEL_FILE, PICTURES_FOLDER, STUDY_FILE, model_path
from ilk.outputs.lists import assign_again
from ilk.outputs.report import render_report
from ilk.outputs.study_json import study_json
from ilk.outputs.workbook import WORKBOOK_FILE, write_workbook

REPORT_FILE = "report.html"
ASSIGNMENTS_FILE = "assignments.parquet"
TABLES = ("customers-with-segments.csv", ASSIGNMENTS_FILE)


def keep(model: Model, place: Path) -> Path:
    """Write a model where it was: into its file, or into a study's folder with what is made from the model alone.

    Raises:
        FileTrouble: If it cannot be written.
    """
    path = model_path(place)
    if not place.is_dir():
        return model.save(path)
    renew_study(model, place)
    return path


def renew_study(model: Model, folder: Path) -> None:
    """Write the model, and those of report, workbook, study.json and pictures that are there, as the model is now.

    Everything is drawn before anything is written, so that a change that cannot be shown changes nothing.

    Raises:
        FileTrouble: If one cannot be written.
    """
    page = render_report(model) if (folder / REPORT_FILE).is_file() else ""
    study = study_json(model, _seconds(folder / STUDY_FILE)) if (folder / STUDY_FILE).is_file() else ""
    model.save(folder / MODEL_FILE)
    if page:
        write_text(folder / REPORT_FILE, page, private=False)
    if study:
        write_text(folder / STUDY_FILE, study)
    if (folder / WORKBOOK_FILE).is_file():
        write_workbook(folder / WORKBOOK_FILE, model)
    if any((folder / PICTURES_FOLDER).glob("card-*.png")):
        _renew_pictures(model, folder / PICTURES_FOLDER)


def tables_of(folder: Path) -> tuple[str, ...]:
    """The tables of customers in a study's folder, which a model alone cannot renew."""
    return tuple(name for name in TABLES if (folder / name).is_file())


def still_old(model: Model, place: Path) -> str:
    """Which tables tell of other segments than the model, because only the customers can renew them; or nothing.

    Args:
        model: The study's model as it is now.
        place: A study's folder, or a model file, which has no tables.
    """
    old = tables_of(place)
    if not old or _told_in(place / ASSIGNMENTS_FILE) == {(s.number, s.persona.name) for s in model.segments}:
        return ""
    return (
        f"The report and the workbook are renewed; {' and '.join(old)} still tell{'s' * (len(old) == 1)} of the "
        f"segments before this change: {assign_again(model.content, place)} says the new ones."
    )


def _told_in(path: Path) -> set[tuple[int, str]] | None:
    """Number and name of every segment a table of assignments tells of; None where it cannot be read."""
    try:
        found = pq.read_table(path, columns=["segment", "persona"]).group_by(["segment", "persona"]).aggregate([])
    except (OSError, pa.ArrowException):
        return None
    return {(int(row["segment"]), str(row["persona"])) for row in found.to_pylist()}


def _renew_pictures(model: Model, folder: Path) -> None:
    """Draw all anew; those of segments that are no more go."""
    from ilk.outputs.pictures import write_pictures

    before = set(folder.glob("*.png"))
    for path in before - set(write_pictures(model, folder)):
        path.unlink()


def _seconds(path: Path) -> dict[str, float]:
    """How long each stage of the study took, as study.json has it; nothing where it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["seconds"]
        return {str(stage): float(took) for stage, took in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
