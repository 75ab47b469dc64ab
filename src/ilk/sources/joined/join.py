"""Several sources become one table: side by side on the id, everybody accounted for, one copy of each column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from ilk.accepted import stem_of
from ilk.errors import BadInput
from ilk.figures import few, percent
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.evidence import Evidence, Made
from ilk.sources.holders import Held
from ilk.sources.joined.brought import UNDERSTOOD, Brought
from ilk.sources.joined.gathered import GatheredSource
from ilk.sources.joined.matching import NOBODY, Match, match_ids, union_ids
from ilk.sources.source import Intake, Note, Source
from ilk.sources.stored import REJECTS, no_rejects
from ilk.sources.texts.topics import TextColumn

STRANGER = "not among the customers"


@dataclass(frozen=True, slots=True)
class Named:
    """What one source says of customers.

    Args:
        evidence: As it was read.
        name: What people call it: its file, never the folder.
        prefix: What its columns begin with where there are several sources.
        columns: Own name -> name in the table, where a model has named them already.
    """

    evidence: Evidence[Any]
    name: str
    prefix: str
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """One row a customer, whatever it was put together from.

    Args:
        source: The customers.
        made: What the columns mean that were made, by their names in the table.
        brought: What each source but the table of customers brought.
        rejects: Records of these sources that could not be read, and who is in them and no customer.
        absent: What a model knows and nobody brought.
        texts: How columns of texts became columns of topics.
        has_table: Whether there was a table of customers.
        held: Who has which topic, where interests were learnt.
    """

    source: Source
    made: Mapping[str, Made] = field(default_factory=lambda: MappingProxyType({}))
    brought: tuple[Brought, ...] = ()
    rejects: pa.Table = field(default_factory=no_rejects)
    absent: tuple[Brought, ...] = ()
    texts: tuple[TextColumn, ...] = ()
    has_table: bool = True
    held: tuple[Held, ...] = ()

    def close(self) -> None:
        """Give back memory and temporary files."""
        self.source.close()
        for one in self.held:
            one.holders.close()


def join(customers: Source | None, others: list[Named], settings: Settings, progress: Progress | None = None) -> Joined:
    """Put sources side by side.

    Args:
        customers: Their rows are the customers; None makes everybody a customer who is in any of the others. It is
            closed when all of it was read.
        others: In the order in which their columns stand; the list is emptied, so that no column is held twice.
        settings: `join_ids` and `min_group` are used here.
        progress: Asked, while DuckDB works, whether to stop.

    Raises:
        BadInput: If the customers have no id, or nobody is in two sources.
    """
    ids, own = _customers(customers, others, settings)
    matches = [match_ids(ids, one.evidence.table.column(0), settings.join_ids) for one in others]
    names = _names(own, others)
    brought = tuple(_brought(*each) for each in zip(others, names, matches, strict=True))
    if customers is not None:
        _refuse_unjoined(brought, matches, customers.intake.name, len(ids))
    made = {
        name: one for each, own_names in zip(others, names, strict=True) for name, one in _meanings(each, own_names)
    }
    alone = customers is None and len(others) == 1
    notes = list(_renamed(others, names))
    notes += [note for one in others for note in one.evidence.intake.notes if note.code not in UNDERSTOOD]
    if not alone:
        counted = zip(others, brought, matches, strict=True)
        notes += [note for each in counted for note in _notes(*each, len(ids), settings)]
    rejects = pa.concat_tables([one for each in zip(others, matches, strict=True) for one in _rejects(*each)])
    intake, known, unread = _account(customers, others, ids)
    holders = [one.evidence.holders for one in others]
    held = tuple(Held(one, match.rows) for one, match in zip(holders, matches, strict=True) if one is not None)
    if customers is not None:
        customers.close()
    columns = dict(zip(own.column_names, own.columns, strict=True))
    for own_names, match in zip(names, matches, strict=True):
        columns.update(_taken(others.pop(0).evidence, own_names, match))
    intake = replace(intake, notes=(*intake.notes, *notes))
    source = GatheredSource(pa.table(columns), intake, rejects=unread, known=known, progress=progress)
    return Joined(source, made, brought, rejects, has_table=customers is not None, held=held)


def _customers(
    customers: Source | None, others: Sequence[Named], settings: Settings
) -> tuple[pa.ChunkedArray, pa.Table]:
    """The ids, and the table the other columns are put beside."""
    if customers is None:
        ids = union_ids([one.evidence.table.column(0) for one in others], settings.join_ids)
        return ids, pa.table({others[0].evidence.id_column: ids})
    key = customers.intake.id_column
    if key is None:
        raise BadInput(
            f"{customers.intake.name} has no column that says who is who, so nothing can be put beside it",
            do="name that column with --id",
        )
    table = pa.Table.from_batches(list(customers.batches()), schema=customers.schema)
    return table.column(key), table.select([key, *(name for name in table.column_names if name != key)])


def _names(own: pa.Table, others: Sequence[Named]) -> list[tuple[str, ...]]:
    """What the columns of each source are called in the table: with the source in front where there are several."""
    alone = len(others) == 1 and own.num_columns == 1
    taken, found = {name.casefold() for name in own.column_names}, []
    for one in others:
        names = one.evidence.table.column_names[1:]
        known = one.columns or {}
        found.append(
            tuple(known.get(name) or _free(name if alone else f"{one.prefix}.{name}", taken) for name in names)
        )
    return found


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number behind it where it is taken."""
    free, i = name, 2
    while free.casefold() in taken:
        free, i = f"{name} {i}", i + 1
    taken.add(free.casefold())
    return free


def _renamed(others: Sequence[Named], names: Sequence[tuple[str, ...]]) -> tuple[Note, ...]:
    """Columns that had to be called otherwise than they would be."""
    clashes = [
        f"{column!r} of {one.name} is called {name!r}"
        for one, own in zip(others, names, strict=True)
        for column, name in zip(one.evidence.table.column_names[1:], own, strict=True)
        if one.columns is None and name not in {column, f"{one.prefix}.{column}"}
    ]
    return (Note("names-clash", f"A name was taken: {'; '.join(clashes)}"),) if clashes else ()


def _taken(evidence: Evidence[Any], names: Sequence[str], match: Match) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Each column with a row for every customer; the interests as float32, which halves what is by far the most."""
    interests = {one.column for one in evidence.made if one.role == "topics"}
    rows = pa.array(match.rows, mask=match.rows == NOBODY)
    as_they_stand = match.n_found == len(match.rows) and bool((match.rows[1:] == match.rows[:-1] + 1).all())
    same = as_they_stand and len(match.rows) == evidence.table.num_rows
    for own, name in zip(evidence.table.column_names[1:], names, strict=True):
        column = evidence.table.column(own)
        if own in interests:
            column = column.cast(pa.float32())
        yield name, column if same else column.take(rows)


def _meanings(one: Named, names: Sequence[str]) -> Iterator[tuple[str, Made]]:
    known = {made.column: made for made in one.evidence.made}
    for own, name in zip(one.evidence.table.column_names[1:], names, strict=True):
        yield name, known.get(own) or Made(own, one.evidence.block)


def _brought(one: Named, names: Sequence[str], match: Match) -> Brought:
    evidence = one.evidence
    columns = tuple(zip(evidence.table.column_names[1:], names, strict=True))
    strangers = len(match.strangers)
    return Brought(evidence.block, one.name, evidence.plan, columns, evidence.intake, match.n_found, strangers)


def _refuse_unjoined(brought: Sequence[Brought], matches: Sequence[Match], customers: str, n: int) -> None:
    """Say no where a source knows not one of the customers: an id was taken for another, or is written otherwise."""
    for one, match in zip(brought, matches, strict=True):
        if n and not one.customers:
            stem = stem_of(one.name, one.block)
            got = f"{one.intake.id_column!r} there, which holds other ids"
            if match.nearly:
                raise BadInput(
                    f"Nobody in {one.name} is among the customers of {customers} as ids are written",
                    got=f"{got}; without case, blanks and leading zeros {match.nearly:,} of {one.strangers:,} would be",
                    do="write ids alike in both files; --join-ids folded takes no notice of case and blanks",
                )
            raise BadInput(
                f"Nobody in {one.name} is among the customers of {customers}",
                got=got,
                do=f"name the columns that identify customers: --id, and --role {stem}.COLUMN=customer",
            )


def _account(
    customers: Source | None, others: Sequence[Named], ids: pa.ChunkedArray
) -> tuple[Intake, tuple[Any, ...], pa.Table]:
    """The account of the customers, totals that are known, and what of them could not be read."""
    if customers is not None:
        return customers.intake, customers.facts(), customers.rejects()
    n, name = len(ids), " and ".join(dict.fromkeys(one.name for one in others))
    return Intake(name, n, n, 0, 0, None, others[0].evidence.id_column), (), no_rejects()


def _rejects(one: Named, match: Match) -> tuple[pa.Table, pa.Table]:
    """What of a source could not be read, and who is no customer; each says which source it was."""
    unread = one.evidence.rejects
    reasons = [f"{one.name}: {reason}" for reason in unread.column("reason").to_pylist()]
    told = pa.table([unread.column("line"), pa.array(reasons, pa.string()), unread.column("text")], schema=REJECTS)
    ids = one.evidence.table.column(0).take(match.strangers).cast(pa.string())
    n = len(ids)
    strangers = [pa.nulls(n, pa.int64()), pa.array([f"{one.name}: {STRANGER}"] * n, pa.string()), ids]
    return told, pa.table(strangers, schema=REJECTS)


def _notes(one: Named, brought: Brought, match: Match, n: int, settings: Settings) -> Iterator[Note]:
    """How many customers a source knows, and who else is in it."""
    least = settings.min_group
    share = f" ({percent(brought.customers / max(n, 1))})" if brought.customers >= least else ""
    yield Note("coverage", f"{few(brought.customers, least)} of {n:,} customers{share} are in {one.name}")
    if brought.strangers:
        yield Note("strangers", f"{few(brought.strangers, least)} in {one.name} are {STRANGER} and are left out")
    if match.nearly:
        advice = "; --join-ids folded takes no notice of case and blanks" if settings.join_ids == "as-written" else ""
        text = f"{few(match.nearly, least)} of them would be but for case, blanks or leading zeros of the id{advice}"
        yield Note("ids-nearly", text)
    if match.alike:
        text = f"{few(match.alike, least)} customers have ids that differ in case and blanks only"
        yield Note("ids-alike", f"{text}; what {one.name} says is said of each of them")
