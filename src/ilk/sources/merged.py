"""Headers in two rows, as people lay them out in a sheet: the question above, merged, and its answers below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ilk.sources.dialect import Layout
from ilk.sources.spans import Spans

Cells = Sequence[str]


def header_of(
    head: Sequence[Cells], layout: Layout, spans: Spans = MappingProxyType({})
) -> tuple[tuple[str, ...] | None, int]:
    """Return the names of the columns and how many records stand above the first row, the second header row among them.

    "Which do you drink" above "tea" and "coffee" gives "Which do you drink [tea]" and "Which do you drink [coffee]"; a
    name that stands in one of the rows only is the name.

    Args:
        head: The first records of a sheet, all of one width.
        layout: How its header was found, as if it had one row.
        spans: Cells that are merged, where that is known; such a question stands over these columns, any other over
            all that follow, to the next question.
    """
    if layout.names is None:
        return None, layout.before
    at = layout.preamble
    own = [cell.strip() for cell in head[at]]
    below = [cell.strip() for cell in head[at + 1]] if at + 1 < len(head) else []
    above = [cell.strip() for cell in head[at - 1]] if at else []
    if below and _fills(own, below):
        return _joined(own, below, spans.get(at, {})), layout.before + 1
    if any(above[1:]) and _has_groups(above, own):
        return _joined(above, own, spans.get(at - 1, {})), layout.before
    return layout.names, layout.before


def _fills(upper: Cells, lower: Cells) -> bool:
    """Whether the lower row names all that the upper one leaves open, and leaves open some of what that names."""
    gaps = [not cell for cell in upper]
    named = all(low for low, gap in zip(lower, gaps, strict=True) if gap)
    leaves = any(not low for low, gap in zip(lower, gaps, strict=True) if not gap)
    return any(gaps) and named and leaves and not any(_is_figure(cell) for cell in lower)


def _has_groups(upper: Cells, lower: Cells) -> bool:
    """Whether a row above the header stands over several columns, or names what the header leaves open."""
    pairs = list(zip(upper, lower, strict=True))
    opens = any(up and not low for up, low in pairs)
    return opens or any(
        up and low and not pairs[i + 1][0] and pairs[i + 1][1] for i, (up, low) in enumerate(pairs[:-1])
    )


def _is_figure(cell: str) -> bool:
    return cell.replace(".", "").replace(",", "").isdigit()


def _joined(upper: Cells, lower: Cells, spans: Mapping[int, int]) -> tuple[str, ...]:
    names, group, last = [], "", len(upper)
    for i, (up, low) in enumerate(zip(upper, lower, strict=True)):
        if up:
            last = spans.get(i, len(upper))
        group = up or (group if low and i <= last else "")
        names.append(f"{group} [{low}]" if group and low else group or low)
        group = group if low else ""
    return tuple(names)
