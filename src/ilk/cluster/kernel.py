"""The only distance loop of ilk, over tiles of 256 customers, feature-major.

The squared distance of customer x to centre c over the answered features is

    d^2 = sum x^2 + 2 s,      s = sum c^2 / 2 - sum x c - sum over missing features of c^2 / 2

because what is missing stands as 0 in a tile. Only s depends on the centre. It is computed in float32, one fused
multiply and add a feature, and the customers whose two best scores are closer than the rounding of both are looked at
again in float64, where everything is exact: features and centres are multiples of 2^-16. So labels do not depend on
float32, on the order of customers, on threads or on the processor.

Rounding of s, with u = 2^-24, p features and g of them with gaps: at most E (sum c^2 / 2 + |x| |c|), E = (p + g + 6) u.
Without gaps |c| <= |x| + d, so it is at most E (2.5 |x|^2 + 1.5 d^2), which grows with d: two scores cannot have
changed places when s2 - s1 > E (8 |x|^2 + 6 s2). With gaps: when s2 - s1 > E (4 max sum c^2 / 2 + |x|^2).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.cluster.exact import exact_label, exact_pass
from ilk.cluster.totals import move_centres, move_customers
from ilk.engines.compiled import compiled, contracted, part
from ilk.engines.tiles import TILE

NOBODY = np.float32(1e30)
"""Score of a centre that is not there: larger than any, and its square is a float32."""


ROUNDING = 2.0**-24
"""Half the distance from 1 to the next float32."""


WARM_UP = 3
"""Passes over everybody before a border is chosen; earlier centres move too far for it to be small."""


CALM = 20
"""... or once fewer than one customer in so many has changed segment."""


STRETCH = 1.5
"""How far centres go once warmed up, the way to the mean being 1. Up to 2 the inertia falls with every move, and at 1.5
a quarter fewer passes are needed; the last move is to the means. On the sphere the same holds: going twice the way and
back to length one ends no farther on the other side."""


AHEAD = 3.0
"""A border is good for this many moves like the last one; moves shrink, so it mostly lasts to the end."""


@contracted
def score_tile(values: Any, t: int, single: Any, score: Any) -> None:
    """Score the 256 customers of tile t against all centres, two centres and four features at a time.

    IN values float32 (n_tiles, p, 256); single float32 (k, p + 1).  OUT score float32 (k + 1, 256).
    """
    k, p = single.shape[0], values.shape[1]
    for j in range(0, k, 2):
        q = min(j + 1, k - 1)
        for i in range(TILE):
            score[j, i] = single[j, p]
            score[j + 1, i] = single[q, p]
        for f in range(p % 4):
            a0, b0 = single[j, f], single[q, f]
            for i in range(TILE):
                score[j, i] -= a0 * values[t, f, i]
                score[j + 1, i] -= b0 * values[t, f, i]
        for f in range(p % 4, p, 4):
            a0, a1, a2, a3 = single[j, f], single[j, f + 1], single[j, f + 2], single[j, f + 3]
            b0, b1, b2, b3 = single[q, f], single[q, f + 1], single[q, f + 2], single[q, f + 3]
            for i in range(TILE):
                x0, x1, x2, x3 = values[t, f, i], values[t, f + 1, i], values[t, f + 2, i], values[t, f + 3, i]
                score[j, i] = score[j, i] - a0 * x0 - a1 * x1 - a2 * x2 - a3 * x3
                score[j + 1, i] = score[j + 1, i] - b0 * x0 - b1 * x1 - b2 * x2 - b3 * x3


@contracted
def leave_out_gaps(feature: Any, mark: Any, begin: int, end: int, single: Any, score: Any) -> None:
    """Take back what the missing answers begin..end, standing as 0, added to the score.  IN/OUT score."""
    for g in range(begin, end):
        for j in range(single.shape[0]):
            term = np.float32(0.5) * single[j, feature[g]] * single[j, feature[g]]
            for i in range(TILE):
                score[j, i] -= mark[g, i] * term


@part
def two_best(score: Any, k: int, best: Any, second: Any, number: Any) -> None:
    """Find the lowest and second lowest score, two centres at a time; ties to the lower number.

    IN score float32 (k + 1, 256).  OUT best, second float32 (256,); number int32 (256,) of the best.
    """
    for i in range(TILE):
        best[i], second[i], number[i] = score[0, i], NOBODY, 0
    for j in range(1, k, 2):
        odd, even = np.int32(j), np.int32(j + 1)
        for i in range(TILE):
            a, b, s = best[i], second[i], score[j, i]
            less = s < a
            b = a if less else (s if s < b else b)  # noqa: FURB136
            which = odd if less else number[i]
            a = s if less else a
            s = score[j + 1, i] if j + 1 < k else NOBODY
            less = s < a
            second[i] = a if less else (s if s < b else b)  # noqa: FURB136
            number[i] = even if less else which
            best[i] = s if less else a


@part
def single_precision(centres: Any, single: Any) -> Any:
    """Copy the centres to float32, which holds them exactly, and half their squared length; return the largest."""
    p, top = centres.shape[1], np.float32(0.0)
    for j in range(centres.shape[0]):
        total = 0.0
        for f in range(p):
            single[j, f] = centres[j, f]
            total += centres[j, f] * centres[j, f]
        single[j, p] = 0.5 * total
        top = max(top, single[j, p])
    return top


@part
def measure_slack(square: Any, t: int, a: Any, b: Any, c: Any, best: Any, second: Any, slack: Any) -> None:
    """How far centres may move, nearest and runner-up together, before the label can change (Hamerly 2010).

    d2 - d1 = (d2^2 - d1^2) / (d2 + d1) >= (s2 - s1) / d2, less the rounding of all of it.  OUT slack[t].
    """
    for i in range(TILE):
        s = second[i]
        error = a + b * square[t, i] + c * s
        far = np.sqrt(max(square[t, i] + np.float32(2.0) * (s + error), np.float32(1e-30)))
        slack[t, i] = np.float32(0.999) * (s - best[i] - error) / far


@part
def label_tiles(
    block: Any,
    first: int,
    last: int,
    centres: Any,
    label: Any,
    slack: Any,
    measuring: bool,
    total: Any,
    scratch: Any,
) -> tuple[int, int]:
    """Label the customers of the tiles first..last and keep the totals right; return how many moved, how many are tied.

    IN centres float64 (k, p).  IN/OUT label int32 (n_tiles, 256), total.  OUT slack, if measuring.
    """
    values, mass, square, start, feature, mark, _ = block
    single, score, number = scratch.single, scratch.score, scratch.number
    best, second = scratch.best, scratch.second
    k, p = centres.shape
    zero, n_moved, n_tied, top = np.float32(0.0), 0, 0, single_precision(centres, single)
    for t in range(first, last):
        score_tile(values, t, single, score)
        n_gaps = start[t + 1] - start[t]
        leave_out_gaps(feature, mark, start[t], start[t + 1], single, score)
        two_best(score, k, best, second, number)
        e = np.float32((p + n_gaps + 6) * ROUNDING)
        a, b, c = (zero, 8 * e, 6 * e) if n_gaps == 0 else (4 * e * top, e, zero)
        n_close = 0
        for i in range(TILE):
            n_close += second[i] - best[i] <= a + b * square[t, i] + c * second[i]
        for i in range(TILE if n_close > 0 else 0):
            if second[i] - best[i] <= a + b * square[t, i] + c * second[i]:
                number[i], n_others, _ = exact_label(values, start, feature, mark, t, i, centres, 0, k)
                n_tied += n_others > 0
        if measuring:
            measure_slack(square, t, a, b, c, best, second, slack)
        if len(total.counts) > 0:
            n_moved += move_customers(values, mass, start, feature, mark, t, number, label, total)
        else:
            for i in range(TILE):
                label[t, i] = number[i]
    return n_moved, n_tied


@part
def measure_drift(centres: Any, anchor: Any, drift: Any) -> bool:
    """How far each centre moved since `anchor`, and together with the farthest of the others.

    OUT drift[0], drift[1].  Returns whether that is farther than drift[2] for any.
    """
    k, too_far = centres.shape[0], False
    for j in range(k):
        step = 0.0
        for f in range(centres.shape[1]):
            step += (centres[j, f] - anchor[j, f]) * (centres[j, f] - anchor[j, f])
        drift[0, j] = np.sqrt(step)
    for j in range(k):
        other = 0.0
        for q in range(k):
            if q != j:
                other = max(other, drift[0, q])
        drift[1, j] = drift[0, j] + other
        too_far |= drift[1, j] > drift[2, j]
    return too_far


@part
def near_border(mass: Any, last: int, label: Any, slack: Any, reach: Any, rows: Any) -> int:
    """Number those whose label may change while centres drift as far as `reach` (k,), as many as `rows` holds.

    OUT rows.  Returns how many there are.
    """
    n_rows = 0
    for t in range(last):
        for i in range(TILE):
            if mass[t, i] > 0.0 and slack[t, i] <= reach[label[t, i]]:
                if n_rows < len(rows):
                    rows[n_rows] = t * TILE + i
                n_rows += 1
    return n_rows


@part
def copy_labels(label: Any, rows: Any, n_rows: int, border_label: Any, out: bool) -> None:
    """Take the labels of `rows` out to the border, or bring them home.  IN/OUT label, border_label."""
    for i in range(n_rows):
        if out:
            border_label[i // TILE, i % TILE] = label[rows[i] // TILE, rows[i] % TILE]
        else:
            label[rows[i] // TILE, rows[i] % TILE] = border_label[i // TILE, i % TILE]
    for i in range(n_rows, (n_rows + TILE - 1) // TILE * TILE):
        border_label[i // TILE, i % TILE] = -1


@compiled
def settle(
    block: Any,
    first: int,
    last: int,
    centres: Any,
    out: Any,
    total: Any,
    scratch: Any,
    border: Any,
    n_moves: int,
    enough: float,
) -> tuple[float, int, int]:
    """Label the customers of a run of tiles, keeping totals; then move the centres and label again, if asked to.

    Lloyd (1982), IEEE Trans. Inf. Theory 28(2), with the bounds of Hamerly (2010): after some passes only the customers
    near a border, copied into tiles of their own, are looked at, as long as nobody else can change segment.
    With `block.sphere` centres have length one (spherical k-means, Dhillon & Modha 2001, Machine Learning 42(1)).
    With `out.runner_up`: exact distances instead, and no totals.

    Args:
        block: The tiles, see `Block`.
        first: Number of the first tile; 0 when centres are to move.
        last: Number of the tile after the last.
        centres: float64 (k, n_features), multiples of 2^-16; moved in place.
        out: What to write, see `Out`.
        total: float64, see `Total`; kept equal to the sums over the labels of this run, unless it is of 0 segments.
        scratch: Room for this thread.
        border: See `Border`; with it `out.slack` is needed. If centres do not move, it takes who is within the reach
            that stands in scratch.drift[2], unless there are more than it has room for.
        n_moves: How often the centres may move.
        enough: Stop when their squared movement is at most this.

    Returns:
        The last squared movement, 0 when nobody changed segment after it; how many have two centres exactly as near;
        how many are near a border.
    """
    if len(out.runner_up) > 0:
        exact_pass(block, first, last, centres, out, scratch.exact)
        return 0.0, 0, 0
    now, label, n_now, whole, n_rows, movement, n_tied = block, out.label, last, True, 0, 0.0, 0
    n_moved = last * TILE
    for i_pass in range(n_moves + 1):
        calm = i_pass >= WARM_UP or n_moved * CALM < last * TILE
        choosing = whole and calm and len(border.rows) > 0
        measuring = len(out.slack) > 0 and (choosing or n_moves == 0)
        n_moved, n_tied = label_tiles(now, first, n_now, centres, label, out.slack, measuring, total, scratch)
        if n_moved == 0 and i_pass > 0:
            movement = 0.0
            break
        if n_moves == 0 and len(border.rows) > 0:
            n_rows = near_border(block.mass, last, label, out.slack, scratch.drift[2], border.rows)
            if n_rows <= len(border.rows):
                take_part(block, border.rows, n_rows, border.block)
        if i_pass == n_moves:
            break
        if choosing:
            scratch.anchor[:] = centres
        stretch = STRETCH if i_pass >= WARM_UP else 1.0
        movement = move_centres(now, n_now, centres, label, total, stretch, block.sphere)
        if movement <= enough:
            break
        too_far = not whole and measure_drift(centres, scratch.anchor, scratch.drift)
        if choosing:
            measure_drift(centres, scratch.anchor, scratch.drift)
            scratch.drift[2] = AHEAD * scratch.drift[1]
            n_rows = near_border(block.mass, last, label, out.slack, scratch.drift[2], border.rows)
        if choosing and 2 * n_rows < last * TILE:
            n_now = take_part(block, border.rows, n_rows, border.block)
            copy_labels(out.label, border.rows, n_rows, border.label, True)
            now, label, whole = border.block, border.label, False
        if too_far:
            copy_labels(out.label, border.rows, n_rows, border.label, False)
            now, label, n_now, whole = block, out.label, last, True
    if n_moves > 0:
        move_centres(now, n_now, centres, label, total, 1.0, block.sphere)
    if not whole:
        copy_labels(out.label, border.rows, n_rows, border.label, False)
    return movement, n_tied, n_rows


@part
def take_part(block: Any, rows: Any, n_rows: int, into: Any) -> int:
    """Copy the first n_rows of `rows` into other tiles, in that order; return how many tiles they fill.

    IN rows int64, tile * 256 + place.
    OUT into, a block with room for them; `into.mark` needs a row for each tile and feature with gaps.
    """
    values, mass, square, start, feature, mark, _ = block
    p, n_gaps, n_tiles = values.shape[1], 0, (n_rows + TILE - 1) // TILE
    flat, place = values.reshape(-1), np.empty(TILE, np.int64)
    for t in range(n_tiles):
        begin, n_here, first_gap = t * TILE, min(TILE, n_rows - t * TILE), n_gaps
        into.start[t] = n_gaps
        for i in range(TILE):
            into.mass[t, i] = 0.0
            into.square[t, i] = 0.0
        for i in range(n_here):
            u, q = rows[begin + i] >> 8, rows[begin + i] & 255
            place[i] = u * p * TILE + q
            into.mass[t, i] = mass[u, q]
            into.square[t, i] = square[u, q]
            for g in range(start[u], start[u + 1]):
                if mark[g, q] == 0:
                    continue
                h = first_gap
                while h < n_gaps and into.feature[h] != feature[g]:
                    h += 1
                if h == n_gaps:
                    n_gaps += 1
                    into.feature[h] = feature[g]
                    for r in range(TILE):
                        into.mark[h, r] = 0.0
                into.mark[h, i] = 1.0
        for f in range(p):
            for i in range(n_here):
                into.values[t, f, i] = flat[place[i] + f * TILE]
            for i in range(n_here, TILE):
                into.values[t, f, i] = 0.0
    into.start[n_tiles] = n_gaps
    return n_tiles


@compiled
def take_rows(block: Any, rows: Any, into: Any) -> int:
    """Copy customers into other tiles; see `take_part`."""
    return take_part(block, rows, len(rows), into)
