"""Several topics in one cell: how they are written, by a vote over the column, and the SQL that splits them."""

from __future__ import annotations

from typing import Literal

from ilk.sources.forms import BLANKS
from ilk.sources.sandbox import Sandbox, literal

Split = Literal["json", "brackets", "angles", "hashes", "bars", "semicolons", "commas", "whole"]
"""How the topics of a cell are kept apart."""

WRITTEN: dict[Split, str] = {
    "json": '["a", "b"]',
    "brackets": "[a, b]",
    "angles": "<a><b>",
    "hashes": "#a #b",
    "bars": "a|b",
    "semicolons": "a;b",
    "commas": "a, b",
}

LISTS = 0.2
"""Share of cells with several topics that makes a column one of lists (rule of thumb, as for choices)."""

MOST_ARE = 0.9
"""Share of cells that must have a form that encloses: brackets stand around every cell or around none."""

LONGEST = 200
"""Characters of a topic that are kept."""

ENTITIES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#39;", "'"),
    ("&apos;", "'"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
)
"""What HTML writes for signs that separate or enclose, the ampersand last."""

_ITEM = r"""\s*'(?:[^'\\]|\\.)*'|\s*"(?:[^"\\]|\\.)*"|[^,\[\]]+"""
_FORMS: dict[Split, str] = {
    "json": "json_valid({c}) AND starts_with(ltrim({c}), '[')",
    "brackets": r"regexp_full_match({c}, '\s*\[.*\]\s*', 's')",
    "angles": r"regexp_full_match({c}, '\s*(?:<[^<>]+>[\s,;]*)+')",
    "hashes": r"regexp_matches({c}, '(?:^|\s)#[\pL\pN_]')",
    "bars": "contains({c}, '|')",
    "semicolons": "contains({c}, ';')",
    "commas": r"regexp_matches({c}, '[^0-9],|,[^0-9]')",
}
"""SQL for whether a cell has a form; the order is that of the vote."""

_PIECES: dict[Split, str] = {
    "json": """CASE WHEN json_valid({c}) THEN CAST(from_json({c}, '["VARCHAR"]') AS VARCHAR[]) ELSE [{c}] END""",
    "brackets": "regexp_extract_all({c}, " + literal(_ITEM) + ")",
    "angles": "regexp_extract_all({c}, '<([^<>]+)>', 1)",
    "hashes": r"regexp_extract_all({c}, '#([\pL\pN_]+)', 1)",
    "bars": "string_split({c}, '|')",
    "semicolons": "string_split({c}, ';')",
    "commas": "string_split({c}, ',')",
    "whole": "[{c}]",
}


def unescaped(column: str) -> str:
    """Return SQL for a text without the usual entities of HTML; those without an ampersand, nearly all, cost little."""
    plain = column
    for entity, sign in ENTITIES:
        plain = f"replace({plain}, {literal(entity)}, {literal(sign)})"
    return f"CASE WHEN contains({column}, '&') THEN {plain} ELSE {column} END"


def vote_split(sandbox: Sandbox, cells: str) -> Split:
    """Return how the topics of the cells are kept apart.

    Args:
        sandbox: Where they are.
        cells: A relation of distinct texts `cell` and how often each comes, `n`.
    """
    tests = ", ".join(
        f"coalesce(sum(n) FILTER ({form.format(c=unescaped('cell'))}), 0) AS {name}" for name, form in _FORMS.items()
    )
    total, *counts = sandbox.row(f"SELECT coalesce(sum(n), 0), {tests} FROM {cells}")
    enclosing = {"json", "brackets", "angles"}
    for name, count in zip(_FORMS, counts, strict=True):
        if total and count >= (MOST_ARE if name in enclosing else LISTS) * total:
            return name
    return "whole"


def topics_sql(cells: str, split: Split) -> str:
    """Return the SELECT of the topics of each cell: `cell`, `spelled` as written, `n` of the cell.

    Outer blanks and quotes are taken off, inner ones are single, and no topic is longer than LONGEST.
    """
    pieces = _PIECES[split].format(c="text")
    bare = f"trim(regexp_replace(piece, '[{BLANKS}]+', ' ', 'g'), ' \"''')"
    return (
        f"SELECT cell, left({bare}, {LONGEST}) AS spelled, n FROM (SELECT cell, n, unnest({pieces}) AS piece "
        f"FROM (SELECT cell, n, {unescaped('cell')} AS text FROM {cells})) WHERE {bare} <> ''"
    )
