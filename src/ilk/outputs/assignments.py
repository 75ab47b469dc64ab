"""New customers, file to file: who is in which segment, and beside it who could not be assigned."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ilk.errors import BadInput, FileTrouble
from ilk.files import refuse_overwriting, replacing
from ilk.model.assign import Assignment, open_joined
from ilk.model.model import Model
from ilk.outputs.tables import write_csv, write_rejects
from ilk.outputs.wording import counted
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.joined.study_source import Sources
from ilk.sources.source import Note


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was written, and where.

    Args:
        path: The assigned customers.
        rejects: Those that were not; None when there were none.
        sizes: (number, name, customers) of each segment, 0 being those set aside.
        n_rejected: Records without a segment.
        notes: What was odd about the customers.
    """

    path: Path
    rejects: Path | None
    sizes: tuple[tuple[int, str, int], ...]
    n_rejected: int
    notes: tuple[Note, ...]

    @property
    def n_assigned(self) -> int:
        """Customers with a segment; 0 if they were set aside."""
        return sum(size for _, _, size in self.sizes)

    def in_words(self) -> list[str]:
        """A line each for the terminal."""
        lines = [
            f"{counted(self.n_assigned, 'customer')} assigned, {self.n_rejected:,} rejected; written to {self.path}."
        ]
        lines += [f"  {number:>3}  {size:>11,}  {name}" for number, name, size in self.sizes]
        lines += [f"The rejects, with reasons, are in {self.rejects}."] if self.rejects else []
        return lines + [f"Note: {note.text}" for note in self.notes]

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "path": str(self.path),
            "rejects": str(self.rejects) if self.rejects else None,
            "n_assigned": self.n_assigned,
            "n_rejected": self.n_rejected,
            "segments": [{"segment": number, "persona": name, "size": size} for number, name, size in self.sizes],
            "warnings": [{"code": note.code, "text": note.text} for note in self.notes],
        }


def assign_to_file(
    model: Model,
    customers: Any,
    path: Path,
    *,
    others: Mapping[str, Any] = MappingProxyType({}),
    settings: Settings | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Delivered:
    """Assign the customers of a file, folder or frame, and write them batch by batch.

    Args:
        model: Any model.
        customers: A path (file, folder, "glob:..."), or a frame.
        path: A .csv or .parquet file; rejects go beside it, as NAME-rejects.csv.
        others: "activity", "survey", "orders": what was put beside the customers when the model was made.
        settings: `id`, `where`, `query`, `threads` are used.
        force: Write over files that are there.
        progress: Told how far it is, asked whether to stop.

    Raises:
        BadInput: If the file's ending is not known, or the customers cannot be read.
        FileTrouble: If a file is there already, is one of the customers' own, or cannot be written.
    """
    beside = path.with_name(f"{path.stem}-rejects.csv")
    _check(path, beside, force=force)
    refuse_overwriting(Sources.of(customers, settings or Settings(), others).files, (path, beside))
    with closing(open_joined(model, customers, others=others, settings=settings, progress=progress)) as joined:
        assignment = Assignment(model, joined.source, settings, absent=joined.absent)
        _write(path, assignment, progress)
        n_rejected = assignment.rejects().num_rows
        rejects = pa.concat_tables([assignment.rejects(), joined.rejects])
        if rejects.num_rows:
            write_rejects(beside, rejects)
        elif force:
            beside.unlink(missing_ok=True)
        there = beside if rejects.num_rows else None
        return Delivered(path, there, assignment.sizes(), n_rejected, assignment.notes())


def _check(path: Path, beside: Path, *, force: bool) -> None:
    if path.suffix.lower() not in {".csv", ".parquet"}:
        raise BadInput(f"{path} is neither a .csv nor a .parquet file", do="end its name with one of these")
    for one in (path, beside):
        if one.exists() and not force:
            raise FileTrouble(f"{one} is there already", do="name another with --out, or add --force")


def _write(path: Path, assignment: Assignment, progress: Progress | None) -> None:
    batches = assignment.batches(progress=progress)
    if path.suffix.lower() == ".csv":
        write_csv(path, assignment.schema, batches)
        return
    with replacing(path) as temporary, pq.ParquetWriter(temporary, assignment.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
