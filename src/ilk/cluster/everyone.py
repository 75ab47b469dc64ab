"""The last stage of a fit: everybody is labelled once, and then only those near a border, until the centres rest."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.kernel import settle, take_rows
from ilk.cluster.nearest import nearest_two
from ilk.cluster.race import MOST_MOVES
from ilk.cluster.room import Room, Total, border_for, nothing, out_for, scratch_for
from ilk.cluster.sums import Sums
from ilk.engines.memory import MemoryEngine
from ilk.engines.tiles import RUN, TILE, Block, Tiles, cropped, empty_block, join_blocks, masses_of, unblocked
from ilk.engines.workers import map_threads

Centres = NDArray[np.float64]

AHEAD = 3.5
"""A border is wide enough for so many times the expected drift; then one pass over everybody is mostly enough."""

MOST_NEAR = 0.4
"""Share of a run that may be near a border; with more it is as fast to look at everybody."""

ALL_BUT = 0.5
"""From this share of everybody in the sample on, everybody is looked at in each of the few passes that are left."""

GROUP = 8
"""Runs whose borders are put together: 8 of them with a tenth of their customers near a border make 100 tiles."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Centres at rest, float64 (k, n_features); labels int32 (n,) nearest to them; what these add up to."""

    centres: Centres
    labels: NDArray[np.int32]
    sums: Sums
    n_iter: int
    n_tied: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of tiles, labelled.

    Args:
        label: int32 (n_tiles, 256).
        sums: What the labels add up to.
        n_tied: How many have two centres exactly as near.
        n_near: How many are near a border.
        rows: Their places in the run; none if they are too many to be worth it.
        block: Their tiles.
    """

    label: NDArray[np.int32]
    sums: Sums
    n_tied: int
    n_near: int
    rows: NDArray[np.int64]
    block: Block


@dataclass(frozen=True, slots=True)
class LabelPass:
    """The step over everybody.

    Args:
        centres: (k, n_features).
        reach: (k,), how far a segment's centre and any other may drift together before another full pass; empty when no
            border is wanted.
    """

    centres: Centres
    reach: NDArray[np.float64]

    def __call__(self, tiles: Tiles, first: int, last: int) -> Piece:
        """Label a run of tiles."""
        k, p = self.centres.shape
        block, n_tiles = tiles.run(first, last), last - first
        n_border = int(n_tiles * MOST_NEAR) + 1 if len(self.reach) else 0
        out, total, scratch = out_for(n_tiles, slack=n_border > 0), nothing(k, p), scratch_for(k, p)
        scratch.drift[2] = self.reach if n_border else 0.0
        border = border_for(n_border, p, len(np.unique(block.feature)) if n_border else 0)
        _, n_tied, n_rows = settle(block, 0, n_tiles, self.centres, out, total, scratch, border, 0, 0.0)
        kept = n_rows if n_rows <= len(border.rows) else 0
        return Piece(out.label, Sums.of(total), n_tied, n_rows, border.rows[:kept], cropped(border.block, kept))


def take(block: Block, rows: NDArray[np.int64]) -> Block:
    """Copies of some customers, in the order of `rows`, tile * 256 + place."""
    gap_features = len(np.unique(block.feature[block.start[0] : block.start[-1]]))
    into = empty_block(-(-len(rows) // TILE), block.values.shape[1], gap_features, sphere=block.sphere)
    take_rows(block, rows, into)
    return into


def take_on_threads(block: Block, rows: NDArray[np.int64], threads: int | None) -> Block:
    """As `take`, on threads."""
    firsts = range(0, max(len(rows), 1), RUN * TILE)
    parts = map_threads(lambda first: take(block, rows[first : first + RUN * TILE]), firsts, threads=threads)
    return parts[0] if len(parts) == 1 else join_blocks(parts)


@dataclass(frozen=True, slots=True)
class Group:
    """Copies of those near a border in some runs, their labels, and what changed since everybody was labelled."""

    pieces: tuple[Piece, ...]
    block: Block
    label: NDArray[np.int32]
    total: Total

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Group:
        """Put the borders of some runs together."""
        block = join_blocks([piece.block for piece in pieces])
        label = np.full((len(block.values), TILE), -1, np.int32)
        group = cls(tuple(pieces), block, label, nothing(*pieces[0].sums.sums.shape))
        for piece, place in group.members():
            label.ravel()[place] = piece.label.ravel()[piece.rows]
        return group

    def members(self) -> Iterator[tuple[Piece, slice]]:
        """Each run, and where its customers stand here."""
        first = 0
        for piece in self.pieces:
            yield piece, slice(first * TILE, first * TILE + len(piece.rows))
            first += len(piece.block.values)

    def label_again(self, centres: Centres) -> int:
        """Label those near a border; return how many have two centres exactly as near."""
        k, p = centres.shape
        out = out_for(0, slack=False)._replace(label=self.label)
        no_border = border_for(0, p, 0)
        _, n_tied, _ = settle(
            self.block, 0, len(self.label), centres, out, self.total, scratch_for(k, p), no_border, 0, 0.0
        )
        return int(n_tied)

    def bring_home(self) -> None:
        """Write the labels back to the runs."""
        for piece, place in self.members():
            piece.label.ravel()[piece.rows] = self.label.ravel()[place]


@dataclass(frozen=True, slots=True)
class State:
    """Everybody labelled with the nearest of `centres`; `anchor` are the centres when the borders were chosen."""

    centres: Centres
    anchor: Centres
    reach: NDArray[np.float64]
    pieces: list[Piece]
    groups: list[Group]
    n_tied: int

    def sums(self) -> Sums:
        """What all labels add up to."""
        parts = [piece.sums for piece in self.pieces] + [Sums.of(group.total) for group in self.groups]
        return functools.reduce(operator.add, parts)


def settle_everyone(
    tiles: Tiles, centres: Centres, enough: float, reach: NDArray[np.float64], sample: Block, engine: MemoryEngine
) -> Settled:
    """Label and average in turn until the centres' squared movement is at most `enough` or the inertia does not fall.

    After one pass over everybody (label, and how far the runner-up is) only those customers are looked at whose label
    can change while the centres drift as far as expected (Hamerly 2010); when they drift farther, everybody is again.
    So all labels are those that a full pass at the final centres gives.

    Args:
        tiles: All customers.
        centres: (k, n_features), settled on `sample`.
        enough: Squared movement of the centres.
        reach: (k,), how far they may drift before everybody is looked at again; empty to always look at everybody.
        sample: In hash order; an empty segment takes the farthest of these.
        engine: Where to run.
    """
    state = _label_all(tiles, centres, reach, engine)
    inertia, done = np.inf, False
    for n_iter in range(1, MOST_MOVES + 1):  # noqa: B007
        sums = state.sums()
        before, inertia = inertia, sums.inertia(state.centres, tiles.energy)
        moved = _refilled(sums.centres(state.centres, sphere=tiles.sphere), sums, sample)
        movement = float(((moved - state.centres) ** 2).sum())
        if done or inertia >= before or movement == 0.0:
            break
        done = movement <= enough
        state = _next(state, moved, tiles, engine)
    _bring_home(state)
    if state.groups and _some_weigh_nothing(tiles):
        state = _label_all(tiles, state.centres, np.empty(0), engine)
    return _finished(state, tiles, n_iter)


def _some_weigh_nothing(tiles: Tiles) -> bool:
    """Whether somebody answered and weighs nothing: these are in no border, and would keep an old label."""
    return int((masses_of(tiles) == 0).sum()) > len(tiles.gaps.silent)


def at_rest(tiles: Tiles, centres: Centres, room: Room) -> Settled | None:
    """Everybody labelled with the nearest of the centres that settled last in this room, if these stay where they are.

    Those who changed segment since are carried over, so that no sum is begun anew; None if the centres would move.
    """
    _, n_tied, _ = settle(
        tiles.block, 0, len(tiles.values), centres, room.out, room.total, room.scratch, room.border, 0, 0.0
    )
    sums = Sums.of(room.total)
    if not sums.counts.all() or (sums.centres(centres) != centres).any():
        return None
    return Settled(centres, room.out.label.ravel()[: tiles.n], sums, 1, int(n_tied))


def label_everyone(tiles: Tiles, centres: Centres, engine: MemoryEngine) -> Settled:
    """One pass: everybody labelled with the nearest centre, ties to the lower number."""
    return _finished(_label_all(tiles, centres, np.empty(0), engine), tiles, 0)


def _finished(state: State, tiles: Tiles, n_iter: int) -> Settled:
    labels = np.concatenate([piece.label.ravel() for piece in state.pieces])[: tiles.n]
    return Settled(state.centres, labels, state.sums(), n_iter, state.n_tied)


def _next(state: State, moved: Centres, tiles: Tiles, engine: MemoryEngine) -> State:
    """Everybody labelled with the nearest of the moved centres, looking at as few as is safe."""
    if state.groups and bool((_drift(moved, state.anchor) < state.reach).all()):
        tied = map_threads(lambda group: group.label_again(moved), state.groups, threads=engine.threads)
        return replace(state, centres=moved, n_tied=sum(tied))
    reach = AHEAD * _drift(moved, state.centres) if len(state.reach) else state.reach
    return _label_all(tiles, moved, reach, engine)


def _label_all(tiles: Tiles, centres: Centres, reach: NDArray[np.float64], engine: MemoryEngine) -> State:
    pieces = list(engine.map(tiles, LabelPass(centres, reach)))
    n_near = sum(piece.n_near for piece in pieces)
    groups: list[Group] = []
    if 0 < n_near == sum(len(piece.rows) for piece in pieces):
        groups = map_threads(Group.of, _in_groups(pieces), threads=engine.threads)
    return State(centres, centres, reach, pieces, groups, sum(piece.n_tied for piece in pieces))


def _in_groups(pieces: list[Piece]) -> list[list[Piece]]:
    return [pieces[first : first + GROUP] for first in range(0, len(pieces), GROUP)]


def _bring_home(state: State) -> None:
    for group in state.groups:
        group.bring_home()


def _drift(centres: Centres, anchor: Centres) -> NDArray[np.float64]:
    """How far each centre moved, and the farthest of the others with it, (k,)."""
    return _with_farthest_other(np.sqrt(((centres - anchor) ** 2).sum(axis=1)))


def _with_farthest_other(step: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(step) == 1:
        return step
    second, first = np.sort(step)[-2:]
    return np.asarray(step + np.where(np.arange(len(step)) == step.argmax(), second, first))


def expected_reach(counts: NDArray[np.float64], inertia: float, share: float) -> NDArray[np.float64]:
    """AHEAD times how far centres found on a sample may drift once everybody is looked at, (k,).

    Empty when the sample is most of everybody.

    Args:
        counts: (k,), customers of each segment in the sample.
        inertia: Of the sample.
        share: Of everybody that is in the sample. The error of a mean of n_j customers is sqrt(v (1 - share) / n_j), v
            their mean squared distance to it.
    """
    if share >= ALL_BUT:
        return np.empty(0)
    error = np.sqrt(inertia / max(counts.sum(), 1.0) * (1.0 - share) / np.maximum(counts, 1.0))
    return np.asarray(AHEAD * _with_farthest_other(error))


def _refilled(centres: Centres, sums: Sums, sample: Block) -> Centres:
    """Give each empty segment the customer of the sample farthest from all centres; ties by hash."""
    centres = centres.copy()
    filled = sums.counts > 0
    tiles = unblocked(sample, sample.mass.size)
    for j in np.flatnonzero(~filled):
        if not filled.any():
            break
        distance = np.where(sample.mass.ravel() > 0, nearest_two(tiles, centres[filled]).d1, 0.0)
        row = int(distance.argmax())
        if distance[row] <= 0.0:
            break
        centres[j], filled[j] = sample.values[row // TILE, :, row % TILE], True
    return centres
