"""The heat table: every column by theme, every segment, over and under everyone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from ilk.features.plans import Theme
from ilk.model.parts import ColumnSummary, Profile, Segment
from ilk.outputs.charts.distribution import distribution
from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.interests import having
from ilk.outputs.charts.orders import orders_grid
from ilk.outputs.reading import Reading
from ilk.outputs.sections.answers import answers
from ilk.outputs.sections.table import NO_DRAWING, Cell, Line, Table
from ilk.outputs.templating import fragment
from ilk.outputs.theme import tint
from ilk.outputs.wording import NONE, bare, clean, index, listed, lower_first, per_cent, unit_of, words_of

FEW, MANY, TOGETHER = 8, 40, 5
STRONG = ("marker", "over2", "over3", "over4", "under2", "under3", "under4")
"""Looks of a cell that stands out: half a standard deviation from everyone, or a marker."""

MARKS = 0.5
"""A difference of this many standard deviations makes a marker."""


INDEXED = ("amount", "count", "share", "frequency", "number")
"""What an average of says how much there is, so that it has an index."""


@dataclass(frozen=True, slots=True)
class Heat:
    """The heat tables; `folded` are the columns in which no segment stands out, where there are many.

    `answers` are the ratings they differ in most, as stacked bars; `orders` how recently and how often they order.
    """

    shown: tuple[Table, ...]
    folded: tuple[Table, ...]
    n_folded: int
    answers: tuple[Figure, ...] = ()
    orders: Figure | None = None


def heat(reading: Reading, *, opened: str | None = None) -> Heat:
    """A table a theme, one of single columns and totals, one of what only describes.

    Args:
        reading: Any model.
        opened: None for paper. Else every cell can be chosen; below the row of the one chosen last, which this
            names by its `pick`, its column is shown in that segment against everyone.
    """
    tables = [table for table in _tables(reading, opened) if table.lines]
    drawn = answers(reading), orders_grid(reading.content, reading.segments)
    if sum(len(table.lines) for table in tables) <= MANY:
        return Heat(tuple(tables), (), 0, *drawn)
    shown = [replace(t, lines=tuple(row for row in t.lines if _stands_out(row, t))) for t in tables]
    folded = [replace(t, lines=tuple(row for row in t.lines if not _stands_out(row, t))) for t in tables]
    quiet = tuple(table for table in folded if table.lines)
    return Heat(tuple(t for t in shown if t.lines), quiet, sum(len(t.lines) for t in quiet), *drawn)


def _stands_out(row: Line, table: Table) -> bool:
    """Whether a segment stands out in a row; a theme of few columns stays together."""
    rows = table.lines if len(table.lines) <= TOGETHER else (row,)
    return any(look in cell.look for one in rows for cell in one.cells for look in STRONG)


def _tables(reading: Reading, opened: str | None) -> list[Table]:
    building = {c.plan.column: c for c in reading.content.columns if c.plan.use == "builds"}
    themes = sorted(reading.solution.themes, key=lambda theme: -theme.share)
    joined = [t for t in themes if sum(name in building for name in t.columns) > 1]
    topics = [name for name, column in building.items() if column.plan.kind == "topics"]
    singles = [name for t in themes if t not in joined for name in t.columns if name not in topics]
    placed = {name for t in themes for name in t.columns}
    rest = [name for name in building if name not in placed]
    tables = [_table(_heading(theme, reading), theme.columns, reading, opened) for theme in joined]
    tables.append(_table("Interests: how many have any of it", topics, reading, opened))
    alone = "Columns by themselves" if joined else "All columns that make segments"
    tables.append(_table(alone, [*singles, *rest], reading, opened))
    describing = [c.plan.column for c in reading.content.columns if c.plan.use == "describes"]
    only = "What only describes: it took no part in making the segments"
    tables.append(_table(only, describing, reading, opened))
    return tables


def _heading(theme: Theme, reading: Reading) -> str:
    names = [lower_first(words_of(reading.column(name).plan)) for name in theme.columns[:3]]
    more = [f"{len(theme.columns) - 3} more"] if len(theme.columns) > 3 else []
    words = listed([*names, *more])
    return f"{words[:1].upper()}{words[1:]}: {per_cent(theme.share)} of what tells the segments apart"


def _table(caption: str, names: tuple[str, ...] | list[str], reading: Reading, opened: str | None) -> Table:
    there = {c.plan.column: c for c in reading.content.columns}
    lines = [
        _choosable(line, i, there[name], reading, opened) if opened is not None else line
        for name in names
        if name in there
        for i, line in enumerate(column_lines(there[name], reading))
    ]
    heads = ("Column", "Everyone", *(f"{s.number}" for s in reading.segments))
    return Table(caption, heads, tuple(lines), "heat few" if len(reading.segments) <= FEW else "heat")


def _choosable(row: Line, i: int, column: ColumnSummary, reading: Reading, opened: str) -> Line:
    """A row whose cells can be chosen, with what is shown below the one that is."""
    everyone, *cells = row.cells
    chosen, detail = [], row.detail
    for segment, cell in zip(reading.segments, cells, strict=True):
        pick = f"{segment.number}:{i}:{column.plan.column}"
        here = pick == opened
        against = against_everyone(segment, column)
        what = f"{row.head.text}, segment {segment.number}: {cell.text}.{f' {against}.' if against else ''}"
        said = f"{what} {'Close' if here else 'Show how it is spread'}"
        chosen.append(replace(cell, pick=pick, said=said, look=f"{cell.look} open".strip() if here else cell.look))
        detail = spread_of(segment, column) if here else detail
    return replace(row, cells=(everyone, *chosen), detail=detail)


def spread_of(segment: Segment, column: ColumnSummary) -> Markup:
    """How a column is spread in a segment against everyone, as a figure; why not where it may not be shown.

    Above it stands the index, where there is one.
    """
    against, chart = against_everyone(segment, column), distribution(segment, column)
    told = Markup("<p>{}</p>").format(f"{against}: 100 is everyone’s average.") if against else NO_DRAWING
    if chart is None:
        return told + Markup("<p>{}</p>").format("Too few customers to show how it is spread.")
    return told + Markup(fragment("figure", chart=chart))  # noqa: S704 - every text in it is escaped


def against_everyone(segment: Segment, column: ColumnSummary) -> str:
    """The segment's average as an index of everyone's; nothing where averages are no amounts of anything."""
    mean, everyone = segment.profile(column.plan.column).mean, column.everyone.mean
    if mean is None or everyone is None or everyone <= 0 or column.plan.kind not in INDEXED:
        return ""
    return f"Index {index(100.0 * mean / everyone)}"


def column_lines(column: ColumnSummary, reading: Reading) -> list[Line]:
    """A line for a column of numbers, a line a level for one of words."""
    profiles = [s.profile(column.plan.column) for s in reading.segments if _has(s.profiles, column)]
    if len(profiles) != len(reading.segments):
        return []
    if column.levels and column.everyone.mean is None:
        return _level_lines(column, profiles)
    marked = [any(m.column == column.plan.column for m in s.persona.markers) for s in reading.segments]
    cells = [_cell(p, column, is_marker=is_marker) for p, is_marker in zip(profiles, marked, strict=True)]
    if column.plan.kind == "topics":
        return [Line(Cell(words_of(column.plan)), (Cell(per_cent(having(column.everyone))), *cells))]
    unit = unit_of(column.plan)
    head = words_of(column.plan) + (f", {unit}" if unit else "")
    return [Line(Cell(head), (_in_own_words(Cell(bare(column.everyone.mean, column))), *cells))]


def _has(profiles: tuple[Profile, ...], column: ColumnSummary) -> bool:
    return any(p.column == column.plan.column for p in profiles)


def _cell(profile: Profile, column: ColumnSummary, *, is_marker: bool) -> Cell:
    said = per_cent(having(profile)) if column.plan.kind == "topics" else bare(profile.mean, column)
    return _in_own_words(Cell(said, _look(tint(profile.d if column.plan.use == "builds" else None), is_marker)))


def _in_own_words(cell: Cell) -> Cell:
    """An answer in words is as long as the questionnaire made it, and may run over lines; figures do not."""
    return replace(cell, look=f"{cell.look} answer".strip()) if cell.text.startswith("“") else cell


def _look(strength: int, is_marker: bool) -> str:
    shade = f"over{strength}" if strength > 0 else f"under{-strength}" if strength < 0 else ""
    return " ".join(part for part in (shade, "marker" if is_marker else "") if part)


def _level_lines(column: ColumnSummary, profiles: list[Profile]) -> list[Line]:
    """Every level that may be told, the most frequent first."""
    name = words_of(column.plan)
    lines = []
    for i in range(len(column.levels)):
        everyone = _share(column.everyone, i)
        cells = [_share_cell(_share(p, i), everyone) for p in profiles]
        level = clean(column.levels[i]) or "(blank)"
        lines.append(Line(Cell(f"{name}: {level}"), (Cell(per_cent(everyone)), *cells)))
    return lines


def _share(profile: Profile, level: int) -> float | None:
    count = profile.levels[level] if level < len(profile.levels) else None
    return count / profile.n if count is not None and profile.n else None


def _share_cell(share: float | None, everyone: float | None) -> Cell:
    if share is None or everyone is None:
        return Cell(NONE)
    d = (share - everyone) / 0.5
    return Cell(per_cent(share), _look(tint(d), abs(d) >= MARKS))
