"""What a study leaves behind: everyone assigned, and a folder that is whole or not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from ilk.files import write_text
from ilk.model.assign import Assignment
from ilk.model.file import save
from ilk.model.model import Model
from ilk.outputs.folder import MODEL_FILE, renewing
from ilk.outputs.pictures import write_pictures
from ilk.outputs.report import render_report
from ilk.outputs.study_json import STUDY_FILE, study_json
from ilk.outputs.tables import (
    ASSIGNMENTS_FILE,
    CUSTOMERS_FILE,
    REJECTS_FILE,
    write_assignments,
    write_customers,
    write_rejects,
)
from ilk.outputs.workbook import WORKBOOK_FILE, write_workbook
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.joined.join import Joined
from ilk.sources.source import Source
from ilk.study import Study

REPORT_FILE = "report.html"
PICTURES_FOLDER = "pictures"

WORDS = (
    (REPORT_FILE, "for everyone; holds no customer, may be sent"),
    (CUSTOMERS_FILE, "your table with the segments, for a spreadsheet"),
    (WORKBOOK_FILE, "the personas and all their figures"),
    (MODEL_FILE, "the model, for `ilk assign`; holds no customer, may be sent"),
    (ASSIGNMENTS_FILE, "one row a customer, for programs"),
    (REJECTS_FILE, "what could not be read, with the reason"),
    (STUDY_FILE, "the whole study, for programs"),
)


def assign_everyone(model: Model, data: Joined, settings: Settings, progress: Progress) -> Study:
    """Assign the customers the model was made from, the way it will assign new ones."""
    assignment = Assignment(model, data.source, settings)
    table = pa.Table.from_batches(assignment.batches(progress=progress), schema=assignment.schema)
    rejects = pa.concat_tables([assignment.rejects(), data.rejects])
    return Study(model, table, rejects, dict(progress.seconds))


def deliver(study: Study, data: Source, folder: Path, settings: Settings, progress: Progress) -> Study:
    """Write a study into its folder, all files or none.

    Raises:
        FileTrouble: If the folder cannot be written.
    """
    with renewing(folder) as workshop, _beside() as beside:
        page = beside.submit(render_report, study.model)  # most of it is waiting for the painter
        for words, write in _writers(study, data, workshop, settings, page).items():
            with progress.stage(words):
                write()
        seconds = dict(progress.seconds)
        write_text(workshop / STUDY_FILE, study_json(study.model, seconds))
    pictures = ((PICTURES_FOLDER, "every chart and card as PNG"),) if settings.png else ()
    return replace(study, seconds=seconds, folder=folder, files=(*WORDS, *pictures))


@contextmanager
def _beside() -> Iterator[ThreadPoolExecutor]:
    """A thread that nobody waits for when the work is stopped."""
    pool = ThreadPoolExecutor(1)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _writers(
    study: Study, data: Source, folder: Path, settings: Settings, page: Future[str]
) -> dict[str, Callable[[], object]]:
    model = study.model
    writers: dict[str, Callable[[], object]] = {
        "Writing the model": lambda: save(model, folder / MODEL_FILE),
        "Writing the tables": lambda: _write_tables(study, data, folder),
        "Writing the workbook": lambda: write_workbook(folder / WORKBOOK_FILE, model),
        "Writing the report": lambda: write_text(folder / REPORT_FILE, page.result(), private=False),
    }
    if settings.png:
        writers["Drawing the pictures"] = lambda: write_pictures(model, folder / PICTURES_FOLDER)
    return writers


def _write_tables(study: Study, data: Source, folder: Path) -> None:
    write_customers(folder / CUSTOMERS_FILE, data, study.assignments)
    write_assignments(folder / ASSIGNMENTS_FILE, study.assignments)
    write_rejects(folder / REJECTS_FILE, study.rejects)
