"""What customers wrote becomes a column a topic: texts of a column, or those of a log put together by customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.sources.activity.sums import Events
from ilk.sources.factors import LEARNT_FROM, Matrix
from ilk.sources.sampling import in_hash_order, xxh64
from ilk.sources.texts.topics import TextPlan, learn_topics, score_texts

ROWS_AT_ONCE = 1_024
"""Texts that are read at a time: some are a hundred thousand characters."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Written:
    """How much each customer wrote about each topic: `amounts` (customers, topics), `plan` how that is known."""

    plan: TextPlan
    amounts: Matrix


def written_in(texts: pa.ChunkedArray, plan: TextPlan | None, *, least: int, seed: int = 0) -> Written | None:
    """Return the topics of a column of texts, as shares of each text; the same for any order of rows.

    Args:
        texts: One a customer, missing where nothing was written; such a row of `amounts` is NaN.
        plan: How topics were learnt before; learnt from these texts without.
        least: Customers a word needs.
        seed: Of the factorisation.

    Returns:
        None where there is too little text to learn from.
    """
    said = ["" if text is None else str(text) for text in texts.to_pylist()]
    if plan is None:
        first = in_hash_order(xxh64(said), said, LEARNT_FROM)
        plan = learn_topics([said[i] for i in first], least=least, seed=seed)
    if plan is None:
        return None
    amounts = score_texts(plan, said)
    amounts[[not text.strip() for text in said]] = np.nan
    return Written(plan, amounts)


def written_by(events: Events, ids: pa.Array, plan: TextPlan | None, *, least: int, seed: int = 0) -> Written | None:
    """Return how many of each customer's records are about each topic: the share of it times the records with text.

    Args:
        events: A log with texts, its customers numbered in `people`.
        ids: Of the customers, by number.
        plan: How topics were learnt before; learnt from this log without.
        least: Customers a word needs.
        seed: Of the factorisation.

    Returns:
        None where there is too little text to learn from.
    """
    if plan is None:
        plan = learn_topics(_sample(events, ids), least=least, seed=seed)
    if plan is None:
        return None
    amounts = np.zeros((len(ids), len(plan.names)))
    for places, texts, counts in _by_customer(events, "people"):
        amounts[places] = score_texts(plan, texts) * counts[:, None]
    return Written(plan, amounts)


def _sample(events: Events, ids: pa.Array) -> list[str]:
    """What the customers wrote whose ids come first by hash, in that order."""
    chosen = in_hash_order(xxh64(ids), ids, LEARNT_FROM)
    events.sandbox.show("sampled", pa.table({"p": pa.array(chosen, pa.int32())}))
    found = {
        int(place): text
        for places, texts, _ in _by_customer(events, "(SELECT people.* FROM people JOIN sampled USING (p))")
        for place, text in zip(places, texts, strict=True)
    }
    return [found[place] for place in chosen if place in found]


def _by_customer(events: Events, people: str) -> Iterator[tuple[Rows, list[str], Rows]]:
    """Customers by number, all they wrote as one text, and how many records that was; a few at a time."""
    cells = ", ".join(f"text{j}" for j in range(len(events.parts.texts)))
    said = f"SELECT who, concat_ws(chr(10), {cells}) AS said FROM events"
    query = f"SELECT p, said FROM ({said}) JOIN {people} USING (who) WHERE said <> '' ORDER BY p"
    left = _Left()
    with events.sandbox.reader(query, ROWS_AT_ONCE) as reader:
        for batch in reader:
            yield left.add(batch.column(0).to_pylist(), batch.column(1).to_pylist())
        yield left.rest()


class _Left:
    """Texts of the customer whose last record may not have been read."""

    def __init__(self) -> None:
        self._place, self._texts = -1, list[str]()

    def add(self, places: list[int], texts: list[str]) -> tuple[Rows, list[str], Rows]:
        """Take more records, by customer; return the customers that are complete."""
        done: list[tuple[int, list[str]]] = []
        for place, text in zip(places, texts, strict=True):
            if place != self._place:
                done += [(self._place, self._texts)] if self._texts else []
                self._place, self._texts = place, []
            self._texts.append(text)
        return _columns(done)

    def rest(self) -> tuple[Rows, list[str], Rows]:
        """The last customer."""
        return _columns([(self._place, self._texts)] if self._texts else [])


def _columns(found: list[tuple[int, list[str]]]) -> tuple[Rows, list[str], Rows]:
    return (
        np.array([place for place, _ in found], np.int64),
        ["\n".join(texts) for _, texts in found],
        np.array([len(texts) for _, texts in found], np.int64),
    )
