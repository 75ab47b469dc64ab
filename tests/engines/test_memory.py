"""The memory engine adds partials over runs, whatever the threads."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest

import oracle
from ilk.cluster.everyone import LabelPass
from ilk.cluster.sums import Sums
from ilk.engines.memory import MemoryEngine
from ilk.engines.tiles import RUN, TILE, tiles_of
from ilk.errors import BadInput, Cancelled
from ilk.progress import Progress

N = RUN * TILE * 2 + 777


@dataclass(frozen=True)
class AddUp:
    """A step: the sums of the segments nearest to two centres."""

    centres: np.ndarray

    def __call__(self, tiles, first, last):
        return LabelPass(self.centres, np.empty(0))(tiles, first, last).sums


@pytest.fixture(scope="module")
def crowd():
    return oracle.on_grid(np.random.default_rng(0).normal(size=(N, 3)))


@pytest.fixture(scope="module")
def step():
    return AddUp(np.array([[1.0, 0, 0], [-1.0, 0, 0]]))


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_fold_is_the_sum_over_everybody(crowd, step, threads):
    total = MemoryEngine(threads).fold(tiles_of(crowd), step)
    sums, mass, counts = oracle.sums(crowd, oracle.labels(crowd, step.centres), 2)
    np.testing.assert_array_equal(total.sums, sums)
    np.testing.assert_array_equal(total.mass, mass)
    np.testing.assert_array_equal(total.counts, counts)


def test_map_gives_the_runs_in_order(crowd, step):
    pieces = list(MemoryEngine(2).map(tiles_of(crowd), step))
    assert [piece.counts.sum() for piece in pieces] == [RUN * TILE, RUN * TILE, 777]


def test_a_step_can_be_sent(step):
    again = pickle.loads(pickle.dumps(step))
    np.testing.assert_array_equal(again.centres, step.centres)


def test_prepare_makes_tiles_of_all_batches_once(crowd):
    tiles = MemoryEngine().prepare(np.split(crowd, [1000, 5000]), tiles_of)
    np.testing.assert_array_equal(tiles.values, tiles_of(crowd).values)


def test_no_batches_are_refused():
    with pytest.raises(BadInput, match="no customers"):
        MemoryEngine().prepare([], tiles_of)


def test_fold_over_nobody_is_zero(step):
    total = MemoryEngine().fold(tiles_of(np.empty((0, 3), np.float32)), step)
    assert total.counts.tolist() == [0.0, 0.0]


def test_a_stop_is_seen(crowd, step):
    progress = Progress()
    progress.stop()
    with pytest.raises(Cancelled):
        MemoryEngine(2, progress).fold(tiles_of(crowd), step)
    with pytest.raises(Cancelled):
        MemoryEngine(2, progress).prepare([crowd], tiles_of)


def test_what_it_cannot_do_it_says_with_the_alternative():
    engine = MemoryEngine()
    assert engine.can("fit")
    assert engine.can("labels")
    assert not engine.can("more than memory")
    assert "sample" in engine.can("more than memory").reason
    assert not engine.can("several machines")


def sums_of(seed):
    rng = np.random.default_rng(seed)
    return Sums(rng.integers(-9, 9, (2, 3)) / 65536, rng.integers(0, 9, (2, 3)) / 256, rng.integers(0, 9, 2) / 256)


def test_partials_add_whatever_the_order():
    a, b, c = (sums_of(seed) for seed in range(3))
    for name in ("sums", "mass", "counts"):
        np.testing.assert_array_equal(getattr((a + b) + c, name), getattr(c + (b + a), name))
        np.testing.assert_array_equal(getattr(a + a.zero(), name), getattr(a, name))


def test_partials_survive_arrow():
    a = sums_of(4)
    again = Sums.from_arrow(a.to_arrow())
    for name in ("sums", "mass", "counts"):
        np.testing.assert_array_equal(getattr(again, name), getattr(a, name))


def test_partials_of_different_shapes_do_not_add():
    with pytest.raises(BadInput, match="different shapes"):
        sums_of(0) + Sums(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1))


def test_centres_and_inertia_by_hand():
    """Two customers (0 and 2) of one segment, a third answer missing: mean 1, inertia 2; an empty segment stays."""
    sums = Sums(np.array([[2.0, 0.0], [0.0, 0.0]]), np.array([[2.0, 0.0], [0.0, 0.0]]), np.array([2.0, 0.0]))
    centres = sums.centres(np.array([[5.0, 5.0], [7.0, 7.0]]))
    np.testing.assert_array_equal(centres, [[1.0, 0.0], [7.0, 7.0]])
    assert sums.inertia(centres, energy=4.0) == 2.0
