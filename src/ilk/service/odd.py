"""Values of a request that the model reads and never saw: told in the answer, and never named."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ilk.features.transforms import level_texts
from ilk.model.seen import TAKEN, UNSEEN
from ilk.service.cells import array_of
from ilk.service.columns import Cells, Rows, Wanted
from ilk.sources.source import Kind, Note


def odd_notes(wanted: Wanted, rows: Rows) -> tuple[Note, ...]:
    """What was odd about the values of some customers, as `Model.assign` and the form say it."""
    return (*_unseen(wanted, rows), *_far(wanted, rows))


def _unseen(wanted: Wanted, rows: Rows) -> Iterator[Note]:
    for column, known in wanted.levels.items():
        n = sum(text not in known for text in _texts(wanted.kinds[column], rows.cells[column]))
        if n:
            yield Note("levels-unseen", f"{column}: {_have(n)} a value the model never saw, {UNSEEN}.")


def _far(wanted: Wanted, rows: Rows) -> Iterator[Note]:
    if not wanted.seen:
        return
    values = np.concatenate([rows.cells[one.column] for one in wanted.seen]).reshape(len(wanted.seen), -1)
    least, most = wanted.ends
    are_odd = (values < least) | (values > most)
    if not are_odd.any():
        return
    for one, n in zip(wanted.seen, are_odd.sum(axis=1).tolist(), strict=True):
        if n:
            yield Note(one.code, f"{one.column}: {_have(n)} a value {one.words}, {TAKEN}.")


def _texts(kind: Kind | None, cells: Cells) -> Iterator[str]:
    """The levels that were answered."""
    texts = cells if kind == "text" else level_texts(array_of(kind, cells)).to_pylist()
    return (text for text in texts if text is not None)


def _have(n: int) -> str:
    return f"{n:,} customer{'s have' if n > 1 else ' has'}"
