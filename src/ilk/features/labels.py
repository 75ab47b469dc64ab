"""The words for each column: from a labels file, else made from the column's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ilk.errors import listed
from ilk.features.plans import Label
from ilk.features.words import unit_of, words_of
from ilk.sources.evidence import Made
from ilk.sources.labels_file import labels_file, read_lines
from ilk.sources.source import ColumnFacts, Note

_STEPS = re.compile(r"\s*[|<;]\s*")


@dataclass(frozen=True, slots=True)
class Labels(Mapping[str, Label]):
    """A label for every column that was asked for. `file` is the labels file that was read, if any."""

    by_column: Mapping[str, Label]
    file: Path | None = None
    notes: tuple[Note, ...] = field(default=())

    def __getitem__(self, column: str) -> Label:
        return self.by_column[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_column)

    def __len__(self) -> int:
        return len(self.by_column)


def read_labels(
    path: Path | None, source_path: Path | None, columns: Sequence[str], *, also_there: Sequence[str] = ()
) -> Labels:
    """Return a label for each of `columns`, from the file where it has one, else made from the name.

    Args:
        path: A labels file: CSV with headers column, words, unit, currency, group, order; only `column` is needed.
            `order` lists the levels of a column from low to high, separated by | or ;.
        source_path: Where the customers come from; NAME-columns.csv beside it is found.
        columns: The columns that need words.
        also_there: Columns of the source that need none, such as the id; words for them are not unknown.

    Raises:
        FileTrouble: If the named file cannot be read.
        BadInput: If it has no header `column`.
    """
    file = labels_file(path, source_path)
    made = {column: made_label(column) for column in columns}
    if file is None:
        return Labels(made)
    given, unknown = _matched(read_lines(file), columns)
    unknown = [name for name in unknown if name not in also_there]
    notes = (Note("labels-unknown", _unknown_in_words(file, unknown)),) if unknown else ()
    return Labels({column: _given_label(given.get(column), made[column]) for column in columns}, file, notes)


def read_all_labels(
    path: Path | None, places: Sequence[tuple[Path | None, Mapping[str, str]]], *, also_there: Sequence[str] = ()
) -> Labels:
    """Return a label for each column of several sources, by its name in the table they became.

    Args:
        path: A labels file for all of them; it may call a column as its own source does, or as the table does.
        places: For each source where it comes from, and own name -> name in the table; a file beside it is found.
        also_there: Columns that need no words.
    """
    if path is None:
        found = [(columns, read_labels(None, place, list(columns), also_there=also_there)) for place, columns in places]
        files = [labels.file for _, labels in found if labels.file is not None]
        words = {name: labels[own] for columns, labels in found for own, name in columns.items()}
        return Labels(words, next(iter(files), None), tuple(note for _, labels in found for note in labels.notes))
    own_names = {name: own for _, columns in places for own, name in columns.items()}
    both = list(dict.fromkeys([*own_names, *own_names.values()]))
    told = read_labels(path, None, both, also_there=also_there)
    words = {name: told[name if told[name] != made_label(name) else own] for name, own in own_names.items()}
    return replace(told, by_column=words)


def made_label(column: str) -> Label:
    """A label made from nothing but the column's name."""
    words = words_of(column)
    return Label(words=words, unit=unit_of(column), short=words)


def label_of(given: Label | None, name: str, made: Made | None) -> Label:
    """The labels file's words; else those the column was made with; else words made from its own name.

    What the labels file leaves open, such as an order, is as the column was made.

    Args:
        given: What the labels file says, if anything.
        name: What the column is called in its own source.
        made: How it was made, if it was.
    """
    plain = made_label(name)
    if made is None:
        return given or plain
    if given is not None and given.given:
        return replace(
            given,
            words=f"{given.words} (reversed)" if made.turned else given.words,
            unit=given.unit or made.unit,
            currency=given.currency or made.currency,
            group=given.group or made.group,
            order=given.order or made.order,
        )
    return replace(
        plain,
        words=made.words or plain.words,
        unit=made.unit or plain.unit,
        currency=made.currency,
        group=made.group,
        order=made.order,
        given=bool(made.words),
    )


def _matched(
    rows: Sequence[Mapping[str, str]], columns: Sequence[str]
) -> tuple[dict[str, Mapping[str, str]], list[str]]:
    """Lines by column; a name that differs in case or outer blanks only is the same name."""
    folded = {column.strip().casefold(): column for column in columns}
    given: dict[str, Mapping[str, str]] = {}
    unknown = []
    for row in rows:
        name = row["column"]
        column = name if name in columns else folded.get(name.casefold())
        if column is None:
            unknown.append(name)
        else:
            given[column] = row
    return given, [name for name in unknown if name]


def _given_label(row: Mapping[str, str] | None, made: Label) -> Label:
    if row is None:
        return made
    words = " ".join(row.get("words", "").replace("_", " ").split()).rstrip(".")
    return Label(
        words=words or made.words,
        unit=row.get("unit", "") or made.unit,
        currency=row.get("currency", ""),
        group=row.get("group", ""),
        order=tuple(step for step in _STEPS.split(row.get("order", "")) if step),
        given=bool(words),
        short=made.words,
    )


def _unknown_in_words(file: Path, unknown: Sequence[str]) -> str:
    return f"{file.name} has words for {listed(unknown)}, which the source does not have."


def with_ends(label: Label, facts: ColumnFacts) -> Label:
    """Words for steps that are numbers in the file are no order of its values: they say which end is which.

    Steps count from 1 where the highest is their number, else from 0 where somebody took 0; else nothing is known.
    """
    if facts.kind != "number" or not label.order or any(map(_is_number, label.order)):
        return label
    low, high, n = facts.minimum or 0.0, facts.maximum or 0.0, len(label.order)
    first = 1 if low >= 1 and high == n else 0 if low == 0 and high < n else None
    if first is None or not facts.whole:
        return replace(label, order=())
    return replace(label, order=(), ends=((first, label.order[0]), (first + n - 1, label.order[-1])))


def _is_number(text: str) -> bool:
    return text.strip().lstrip("-").replace(".", "", 1).isdigit()
