"""Files of one questionnaire - waves, or online and on paper - read one by one and put below each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ilk.errors import BadSetting, MissingColumns, listed
from ilk.figures import few
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.landing import Landing
from ilk.sources.log import kept
from ilk.sources.open import land, size_of, trouble, understand
from ilk.sources.sandbox import Sandbox, open_sandbox
from ilk.sources.source import Intake, Kind, Note
from ilk.sources.spoiled import HANDFUL
from ilk.sources.stored import ARROW, REJECTS
from ilk.sources.survey.no_answer import without_no_answers

CHANNEL = "channel"
"""What the column is called that says which file an answer came from."""

RESPONDENT = "respondent"
"""What respondents' numbers are called where no column identifies them."""


@dataclass(frozen=True, slots=True)
class Wave:
    """One file of a questionnaire: its answers, the id first, and what was said of its columns.

    Args:
        table: The id, then the questions by the names of the first file.
        kinds: Question -> how it is read.
        told: Question -> role or part.
        intake: Where every record went.
        rejects: What could not be read or has no id of its own.
        channel: The column that says which file an answer came from, if there is one.
    """

    table: pa.Table
    kinds: Mapping[str, Kind]
    told: Mapping[str, str]
    intake: Intake
    rejects: pa.Table
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a plan wants of other files: the kind of each question, and what theirs are called."""

    kinds: Mapping[str, Kind]
    names: Mapping[str, str]


def read_waves(
    sources: Sequence[Any], settings: Settings, expected: Expected | None, progress: Progress
) -> tuple[Wave, ...]:
    """Read each file; columns of later ones that are called as in the first but for upper and lower case are the same.

    Raises:
        BadInput: If one cannot be used.
        FileTrouble: If one cannot be read.
        MissingColumns: If a column that was named is not there.
    """
    waves: list[Wave] = []
    for source in sources:
        known = list(expected.kinds) if expected else list(waves[0].kinds) if waves else []
        try:
            waves.append(_read(source, settings, expected, known, progress))
        except duckdb.Error as error:
            raise trouble(error) from error
    return tuple(waves)


def together(waves: Sequence[Wave], channel: str = "") -> Wave:
    """Return the answers of all files below each other; of a respondent who is in two, the first answers count.

    Args:
        waves: One or more files.
        channel: What the column is called that says which file an answer came from; with several files there is one.
    """
    if len(waves) == 1 and not channel:
        return waves[0]
    names = list(dict.fromkeys(name for wave in waves for name in wave.kinds))
    kinds = {name: _kind([wave.kinds[name] for wave in waves if name in wave.kinds]) for name in names}
    id_column = next((w.table.column_names[0] for w in waves if w.intake.id_column), RESPONDENT)
    channel = channel or (CHANNEL if CHANNEL not in kinds else f"{CHANNEL} (file)")
    parts = [_below(wave, names, kinds, channel) for wave in waves]
    table = pa.concat_tables([part.rename_columns([id_column, *part.column_names[1:]]) for part in _same_ids(parts)])
    told = {name: word for wave in waves for name, word in wave.told.items()}
    table, again = _first_of_each(table, channel)
    return Wave(
        table=table,
        kinds={**kinds, channel: "text"},
        told={**told, channel: "channel"},
        channel=channel,
        intake=_added(waves, again, names),
        rejects=pa.concat_tables([*(wave.rejects for wave in waves), again]),
    )


# ---------------------------------------------------------------- one file


def _read(source: Any, settings: Settings, expected: Expected | None, known: Sequence[str], progress: Progress) -> Wave:
    sandbox = open_sandbox(settings.threads, size_of(source), progress)
    try:
        with progress.stage("Reading the survey"):
            landing = kept(sandbox, land(sandbox, source, progress, settings.delimiter))
            sandbox.lock(landing.files)
            said = settings.parts_of(source, "survey", landing.names)
            names = _canonical(landing, settings.survey_map if expected is None else expected.names, known)
            told = {names[column]: word for column, word in said.items()}
            landing = replace(landing, names=tuple(names[column] for column in landing.names))
            landing = without_no_answers(sandbox, landing)
            return _understood(sandbox, landing, told, _own(settings, told, landing), expected)
    finally:
        sandbox.close()


def _canonical(landing: Landing, mapping: Mapping[str, str], known: Sequence[str]) -> dict[str, str]:
    """Return their name -> ours.

    Raises:
        BadSetting: If two of their columns would be one of ours.
    """
    folded = {name.casefold(): name for name in known}
    names = {
        name: mapping.get(name) or (name if name in known else folded.get(name.casefold(), name))
        for name in landing.names
    }
    twice = sorted({ours for ours in names.values() if list(names.values()).count(ours) > 1})
    if twice:
        both = [name for name, ours in names.items() if ours in twice]
        raise BadSetting(
            f"Two columns of {landing.name} would be {listed(twice)}", got=listed(both), do="change --survey-map"
        )
    return names


def _understood(
    sandbox: Sandbox,
    landing: Landing,
    told: Mapping[str, str],
    settings: Settings,
    expected: Expected | None,
) -> Wave:
    if expected is not None:
        missing = [name for name in expected.kinds if name not in landing.names]
        if missing:
            raise MissingColumns.listing(missing, landing.names)
    source = understand(sandbox, landing, settings, expected.kinds if expected else None, sandbox.progress)
    id_name = source.intake.id_column
    columns = [name for name in source.schema.names if name != id_name]
    wanted = list(expected.kinds) if expected else columns
    table = pa.Table.from_batches(
        list(source.batches(wanted)), pa.schema([source.schema.field(name) for name in wanted])
    )
    table = table.add_column(0, id_name or RESPONDENT, source.ids())
    kinds = {name: _kind_of(source.schema.field(name).type) for name in wanted}
    ignored = {name for name, word in told.items() if word == "ignore"}
    table = table.drop_columns([name for name in wanted if name in ignored])
    kinds = {name: kind for name, kind in kinds.items() if name not in ignored}
    said = {name: word for name, word in told.items() if name in kinds}
    return Wave(table, kinds, said, source.intake, source.rejects())


def _own(settings: Settings, told: Mapping[str, str], landing: Landing) -> Settings:
    """What is said of this file: its id is the customer that was told, else what identifies customers elsewhere."""
    customer = next((column for column, word in told.items() if word in {"customer", "id"}), None)
    elsewhere = settings.id if settings.id in landing.names else None
    return Settings(id=customer or elsewhere, threads=settings.threads)


def _kind_of(kind: pa.DataType) -> Kind:
    return next(name for name, arrow in ARROW.items() if arrow == kind)


# ---------------------------------------------------------------- several files


def _kind(kinds: Sequence[Kind]) -> Kind:
    """What a question is whose answers were read in several ways: numbers beside yes and no are numbers, else texts."""
    different = set(kinds)
    return next(iter(different)) if len(different) == 1 else "number" if different == {"number", "flag"} else "text"


def _below(wave: Wave, names: Sequence[str], kinds: Mapping[str, Kind], channel: str) -> pa.Table:
    """A file with all questions, blank where it did not ask, and the name of the file."""
    n = wave.table.num_rows
    ids = wave.table.column(0)
    if wave.intake.id_column is None:
        ids = pc.binary_join_element_wise(wave.intake.name, ids.cast(pa.string()), "-")
    columns = {
        name: _as(wave.table.column(name), kinds[name]) if name in wave.kinds else pa.nulls(n, ARROW[kinds[name]])
        for name in names
    }
    return pa.table({RESPONDENT: ids, **columns, channel: pa.repeat(wave.intake.name, n)})


def _as(column: pa.ChunkedArray, kind: Kind) -> pa.ChunkedArray:
    if column.type == ARROW[kind]:
        return column
    if pa.types.is_floating(column.type) and kind == "text":
        whole = pc.equal(column, pc.floor(column))
        plain = pc.cast(pc.if_else(whole, column, None), pa.int64()).cast(pa.string())
        return pc.coalesce(plain, column.cast(pa.string()))
    return column.cast(pa.int8()).cast(ARROW[kind]) if kind == "number" else column.cast(ARROW[kind])


def _same_ids(parts: Sequence[pa.Table]) -> list[pa.Table]:
    """Ids as texts in all files, unless they are whole numbers in all."""
    if len({part.column(0).type for part in parts}) == 1:
        return list(parts)
    return [part.set_column(0, RESPONDENT, part.column(0).cast(pa.string())) for part in parts]


def _first_of_each(table: pa.Table, channel: str) -> tuple[pa.Table, pa.Table]:
    """Return the first row of each respondent, and the others as rejects."""
    ids = table.column(0).combine_chunks()
    encoded = ids.dictionary_encode().indices.to_numpy()
    _, first = np.unique(encoded, return_index=True)
    is_first = np.zeros(table.num_rows, bool)
    is_first[first] = True
    where = table.column(channel).to_pylist()
    firsts = dict(zip(encoded[first].tolist(), first.tolist(), strict=True))
    again = np.flatnonzero(~is_first).tolist()
    reasons = [f"{ids[i].as_py()} in {where[i]} was seen before, in {where[firsts[int(encoded[i])]]}" for i in again]
    rejects = pa.table({"line": again, "reason": reasons, "text": [""] * len(again)}, schema=REJECTS)
    return table.filter(pa.array(is_first)), rejects


def _added(waves: Sequence[Wave], again: pa.Table, names: Sequence[str]) -> Intake:
    intakes = [wave.intake for wave in waves]
    notes = [Note(note.code, f"{intake.name}: {note.text}") for intake in intakes for note in intake.notes]
    if again.num_rows:
        text = f"{few(again.num_rows, HANDFUL)} respondents are in more than one file; their first answers count"
        notes.append(Note("respondents-twice", text))
    for wave in waves:
        lacking = [name for name in names if name not in wave.kinds]
        if lacking:
            text = f"{wave.intake.name} does not ask {listed(lacking)}; there these are not answered"
            advice = f"; if it calls them otherwise, --survey-map 'ITS NAME={lacking[0]}' says so"
            notes.append(Note("not-asked", text + advice * (lacking[0] in waves[0].kinds)))
    return Intake(
        name=" + ".join(intake.name for intake in intakes),
        records=sum(intake.records for intake in intakes),
        rows=sum(intake.rows for intake in intakes) - again.num_rows,
        rejects=sum(intake.rejects for intake in intakes) + again.num_rows,
        skipped=sum(intake.skipped for intake in intakes),
        dialect=intakes[0].dialect,
        id_column=next((intake.id_column for intake in intakes if intake.id_column), None),
        notes=tuple(notes),
    )
