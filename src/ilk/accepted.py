"""What settings accept: the words there are, and the forms in which flags, ilk.toml and Python give a value."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from ilk.errors import NAME_ONE, BadSetting, FileTrouble

Role = Literal[
    "id",
    "amount",
    "count",
    "share",
    "number",
    "ordered",
    "flag",
    "category",
    "choices",
    "topics",
    "text",
    "date",
    "descriptor",
    "contact",
    "weight",
    "ignore",
]
"""What a column is; see the words of the design."""

ROLES: tuple[str, ...] = get_args(Role)

Part = Literal[
    "customer",
    "topic",
    "text",
    "weight",
    "time",
    "channel",
    "amount",
    "product",
    "category",
    "quantity",
    "order",
    "ignore",
]
"""What a column of a log of activity, a survey or orders is, before it becomes columns of customers."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "activity": ("customer", "topic", "text", "weight", "time", "channel", "ignore"),
    "survey": (
        "customer",
        "weight",
        "time",
        "channel",
        *(role for role in ROLES if role not in {"id", "topics", "weight"}),
    ),
    "orders": ("customer", "time", "amount", "product", "category", "quantity", "order", "ignore"),
}
"""Which words fit which kind of source; the questions of a survey are columns, so roles fit them too."""

MOST_SEGMENTS = 50
"""Nobody acts on more; every k tried costs a hundred refits."""

BOUNDS = ("min_share", "max_share", "min_size", "max_size")
"""Settings that say how small and how large a segment may be."""

FILES = ("labels", "activity", "survey", "orders")
"""Settings that name files."""

ENDINGS = frozenset(
    f".{ending}"
    for kind in (
        "gz zst xz bz2",
        "csv tsv txt tab",
        "parquet pq",
        "json ndjson jsonl",
        "xlsx xlsm xlsb xls ods",
        "duckdb db ddb",
    )
    for ending in kind.split()
)
"""What the name of a file ends in and its stem does not."""


PAIR_HEADS = frozenset({"theirs", "old", "from", "column", "their"})
"""What may stand above the first of two columns; such a line is no pair."""

PAIR_MARKS = ",;\t|"


def stem_of(source: Any, kind: str) -> str:
    """What a file is called in `--role STEM.COLUMN=WORD`: its name without endings, or the table of a database.

    A frame is called what it is: activity, survey or orders.
    """
    if not isinstance(source, (str, Path)):
        return kind
    text = str(source).removeprefix("glob:")
    name = Path(text.rsplit("#", 1)[1] if "#" in text and not Path(text).exists() else Path(text).name)
    while name.suffix.lower() in ENDINGS:
        name = name.with_suffix("")
    return str(name)


def pairs(value: Any) -> Any:
    """Accept COL=VALUE texts, as flags give them, beside a table; `[role] posts.user = "customer"` is one column."""
    if isinstance(value, (list, tuple)):
        broken = [text for text in value if "=" not in str(text)]
        if broken:
            message = f"{broken[0]!r} is not of the form COLUMN=VALUE"
            raise ValueError(message)
        return dict(str(text).rsplit("=", 1) for text in value)
    return dict(_flat(value)) if isinstance(value, Mapping) else value


def renames(value: Any) -> Any:
    """Accept THEIRS=OURS texts, as flags give them, beside files of many such pairs, and a table.

    Raises:
        ValueError: If a text is neither a pair nor a file, or a file holds no pairs.
    """
    given = (value,) if isinstance(value, (str, Path)) else value
    if not isinstance(given, (list, tuple)):
        return pairs(value)
    found: dict[str, str] = {}
    for one in given:
        is_pair = isinstance(one, str) and "=" in one and not Path(one).is_file()
        found |= pairs([one]) if is_pair else _pairs_in(Path(one).expanduser())
    return found


def _pairs_in(path: Path) -> dict[str, str]:
    if not path.is_file():
        message = f"{str(path)!r} is neither THEIRS=OURS nor a file of such pairs"
        raise ValueError(message)
    try:
        found = _PAIRS.get(path.suffix.lower(), _table)(path.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError) as error:  # what is no JSON, TOML or UTF-8 is a ValueError
        message = f"{path} cannot be read as pairs: {error}"
        raise ValueError(message) from None
    wrong = [f", at {key!r}" for key, ours in found.items() if not key or not isinstance(ours, str) or not ours]
    if wrong or not found:
        message = f"{path} holds no pairs of a column's name there and here{wrong[0] if wrong else ''}"
        raise ValueError(message)
    return {key: str(ours) for key, ours in found.items()}


def _table(text: str) -> dict[str, Any]:
    """Lines of two cells, whatever of a few marks is between them; a header above them is no pair."""
    lines = [line for line in text.splitlines() if line.strip()]
    mark = next((mark for mark in PAIR_MARKS if lines and all(mark in line for line in lines)), ",")
    cells = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)]
    wrong = next((row for row in cells if len(row) != 2), None)
    if wrong is not None:
        message = f"two cells a line are needed, got {mark.join(wrong)[:60]!r}"
        raise ValueError(message)
    rows = cells[1:] if cells and cells[0][0].casefold() in PAIR_HEADS else cells
    return {theirs: ours for theirs, ours in rows}  # noqa: C416 - rows are lists


def _of_json(text: str) -> dict[str, Any]:
    found = json.loads(text)
    return dict(found) if isinstance(found, Mapping) else {}


_PAIRS: Mapping[str, Callable[[str], dict[str, Any]]] = {".json": _of_json, ".toml": tomllib.loads}


def _flat(table: Mapping[Any, Any], above: str = "") -> Iterable[tuple[Any, Any]]:
    """TOML takes an unquoted dot for a table within the table."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield (f"{above}{key}" if above else key), value


def paths(value: Any) -> Any:
    """Accept one file beside several."""
    return (value,) if isinstance(value, (str, Path)) else value


def ks(value: Any) -> Any:
    """Accept "auto", 5, "5", "2..12" and (2, 12), within 1 to MOST_SEGMENTS."""
    text = value.strip() if isinstance(value, str) else ""
    told = int(text) if re.fullmatch("[0-9]{1,6}", text) else value
    told = span(told) if re.fullmatch(r"\d+\.\.\d+", text) else told
    ends = told if isinstance(told, (tuple, list)) else (told,)
    if told != "auto" and not all(isinstance(end, int) and 1 <= end <= MOST_SEGMENTS for end in ends):
        message = f"{value!r} is not auto, a whole number from 1 to {MOST_SEGMENTS}, or a range such as 3..8"
        raise ValueError(message)
    return told


def pair(value: Any) -> Any:
    """Accept "3,8" and (3, 8): two numbers of segments, the smaller first, each from 2 to MOST_SEGMENTS."""
    told = tuple(value.replace(" ", "").split(",")) if isinstance(value, str) else value
    if value is None:
        return None
    found = (
        [int(one) for one in told if re.fullmatch("[0-9]{1,6}", str(one))] if isinstance(told, (tuple, list)) else []
    )
    if len(found) != 2 or len(told) != 2 or not 2 <= found[0] < found[1] <= MOST_SEGMENTS:
        message = f"{value!r} is not two numbers of segments such as 3,8, the smaller first, from 2 to {MOST_SEGMENTS}"
        raise ValueError(message)
    return tuple(found)


def with_levels(given: Any) -> Any:
    """The larger of two levels is the number of segments that is shown; no other and no method can be asked for."""
    if not isinstance(given, dict) or given.get("levels") is None:
        return given
    try:
        most = pair(given["levels"])[1]
    except ValueError:
        return given  # said with the field's own name
    if str(given.get("k", "auto")) not in {"auto", str(most)} or given.get("method", "auto") != "auto":
        message = "--levels says how many segments and how they are found; leave out -k and --method"
        raise ValueError(message)
    return {**given, "k": most}


def share(value: Any) -> Any:
    """Accept "5%", "5 %", "0.05" and 0.05: more than 0 and at most 1."""
    if value is None:
        return None
    found = re.fullmatch(r"([0-9]*\.?[0-9]+)\s*(%?)", str(value).strip()) if not isinstance(value, bool) else None
    told = float(found[1]) / (100.0 if found[2] else 1.0) if found else 0.0
    if not 0.0 < told <= 1.0:
        message = f"{value!r} is not a share of everybody such as 5% or 0.05"
        raise ValueError(message)
    return told


def without_rival(bounded: tuple[str, ...], method: str, levels: tuple[int, int] | None) -> None:
    """Only k-means knows how to keep segments within bounds.

    Raises:
        ValueError: If bounds were given with another method, or with two levels.
    """
    rival = "--levels" if levels is not None else f"--method {method}"
    if bounded and (levels is not None or method not in {"auto", "kmeans"}):
        message = f"{', '.join(bounded)} bound the segments of k-means; leave them out, or leave out {rival}"
        raise ValueError(message)


def span(value: Any) -> Any:
    """Accept "3..8" beside (3, 8)."""
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+)\.\.(\d+)", value)
        if not found or int(found[1]) > int(found[2]):
            message = f"{value!r} is not a range such as 3..8"
            raise ValueError(message)
        return (int(found[1]), int(found[2]))
    return value


def mark(value: Any) -> Any:
    """Accept one character, or its name."""
    names = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "pipe": "|", "\\t": "\t"}
    found = names.get(value.strip().lower(), value) if isinstance(value, str) else value
    if found is not None and (not isinstance(found, str) or len(found) != 1 or found.isalnum() or found in "\"'\n\r"):
        message = f"{value!r} is not one character that can stand between cells, nor comma, semicolon, tab or bar"
        raise ValueError(message)
    return found


def misfit(key: str, word: str, stems: Mapping[str, str]) -> str | None:
    """Why `key=word` cannot be said of a column; None where it can.

    Args:
        key: COLUMN or STEM.COLUMN.
        word: A role or a part.
        stems: Stem -> kind of the sources that were named; frames are called what they are.
    """
    kind = stems.get(stem_in(key, stems) or "")
    if kind is None:
        return (
            None if word in ROLES else f"{word!r} is said of a column of activity, survey or orders: STEM.COLUMN={word}"
        )
    if word in PARTS[kind] or (word in ROLES and key.startswith(f"{kind}.")):
        return None
    return f"{word!r} is not what a column of {kind} can be: {', '.join(PARTS[kind])}"


def stem_in(key: str, stems: Iterable[str]) -> str | None:
    """The longest of `stems` that `key` begins with, before a dot."""
    found = [stem for stem in stems if key.startswith(f"{stem}.")]
    return max(found, key=len, default=None)


def in_words(error: ValidationError) -> str:
    """What pydantic found, in words that name the setting as its flag does, and each value once."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        where = "-".join(str(part).replace("_", "-") for part in problem["loc"][:2] if isinstance(part, str))
        if problem["loc"][:1] == ("role",) and len(problem["loc"]) > 1:
            lines.append(_no_role(str(problem["loc"][1]), str(problem["input"])))
            continue
        said = problem["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        got = f", got {problem['input']!r}" * (repr(problem["input"]) not in said)
        lines.append(f"{where}: {said}{got}" if where else said)
    return "; ".join(dict.fromkeys(lines))


def _no_role(column: str, word: str) -> str:
    """A word that is no role, with the one that was probably meant, else all there are."""
    known = dict.fromkeys((*ROLES, *get_args(Part)))
    near = get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    do = f"use {near[0]!r}, if that is what you mean" if near else f"it is one of {', '.join(known)}"
    return f"--role {column}={word}: {word!r} is nothing a column can be; {do}"


def stems_meant(keys: Iterable[str], stems: Iterable[str]) -> str:
    """What to write for `STEM.COLUMN` where the stem is nearly that of a file that was named; else other advice."""
    told, stems = [], list(stems)
    for key in keys:
        stem, dot, column = key.partition(".")
        near = get_close_matches(stem.casefold(), stems, n=1, cutoff=0.7) if dot else []
        told += [f"{near[0]}.{column} for {key}"] if near and near[0] != stem else []
    return f"write {', '.join(told)}: a file is called by its name without its ending" if told else NAME_ONE


def read_toml(path: Path) -> dict[str, Any]:
    """What an ilk.toml says, by the names of settings; the files it names lie beside it.

    Raises:
        FileTrouble: If it cannot be read.
        BadSetting: If it is not TOML.
    """
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileTrouble(
            f"{path} cannot be read", got=error.strerror, do="check the path and that you may read it"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(
            f"{path} is not valid TOML", got=str(error), do='mend the line it names, such as prefer = "3..8"'
        ) from None
    return {key.replace("-", "_"): _beside(path, key.replace("-", "_"), value) for key, value in found.items()}


def _beside(config: Path, key: str, value: Any) -> Any:
    """Files that are named in ilk.toml lie where it lies, unless their path begins at the root or at home."""
    if key not in FILES:
        return value
    if isinstance(value, list):
        return [_beside(config, key, each) for each in value]
    if not isinstance(value, str):
        return value
    before, path = ("glob:", value[5:]) if value.startswith("glob:") else ("", value)
    return before + str(Path(config).parent / Path(path).expanduser())
