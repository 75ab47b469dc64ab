"""Laws of a fit: order, threads, weights and cuts do not matter; labels, centres and inertia belong together."""

import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from ilk.cluster import kmeans
from ilk.cluster.cold import ahead, settle_cold
from ilk.cluster.everyone import at_rest
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.nearest import nearest_two
from ilk.cluster.room import room_for
from ilk.engines.tiles import tiles_of
from ilk.errors import BadInput, Cancelled
from ilk.features.topics import unit_rows
from ilk.progress import Progress


def blobs(seed, n=600, p=4, k=4, spread=0.4, gaps=0.0):
    rng = np.random.default_rng(seed)
    middle = rng.normal(0, 2, (k, p))
    x = oracle.on_grid(middle[rng.integers(0, k, n)] + rng.normal(0, spread, (n, p)))
    x[rng.random(x.shape) < gaps] = np.nan
    return x


def hash_order(x):
    """Customers in an order that depends on what they are, not where they stand."""
    return np.lexsort(np.nan_to_num(x, nan=99.0).T).astype(np.int64)


def fitted(x, k, *, mass=None, seed=0, order=None, **options):
    return fit_kmeans(tiles_of(x, mass), k, order=hash_order(x) if order is None else order, seed=seed, **options)


def assert_belongs_together(x, fit, mass=None):
    """Labels are the nearest of the centres, sizes fall, inertia is what it says, centres stand on the grid."""
    near = nearest_two(tiles_of(x), fit.centres)
    np.testing.assert_array_equal(fit.labels, near.label)
    mass = np.ones(len(x)) if mass is None else mass
    sizes = np.bincount(fit.labels, mass, minlength=len(fit.centres))
    assert (np.diff(sizes) <= 0).all()
    assert fit.inertia == pytest.approx(float(mass @ near.d1), rel=1e-9, abs=1e-9)
    np.testing.assert_array_equal(fit.centres * 65536, np.round(fit.centres * 65536))


@pytest.mark.parametrize("gaps", [0.0, 0.1])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_labels_centres_and_inertia_belong_together(k, gaps):
    x = blobs(k, gaps=gaps)
    fit = fitted(x, k)
    assert_belongs_together(x, fit)
    assert fit.labels.dtype == np.int32


def test_a_fit_is_at_rest():
    """Averaging the labels again gives the same centres: Lloyd has nothing left to do."""
    x = blobs(7, gaps=0.05, spread=1.5)
    fit = fitted(x, 4)
    np.testing.assert_array_equal(oracle.means(x, fit.labels, 4), fit.centres)


def test_planted_groups_are_found():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], [500, 300, 100])
    x = oracle.on_grid(np.array([[0, 0], [9, 0], [0, 9]])[truth] + rng.normal(0, 0.5, (900, 2)))
    np.testing.assert_array_equal(fitted(x, 3).labels, truth)


def test_no_worse_than_fifty_naive_fits():
    x = blobs(3, spread=1.2, k=6)
    rng = np.random.default_rng(0)
    naive = min(oracle.inertia(x, oracle.lloyd(x, x[rng.choice(len(x), 5, replace=False)])) for _ in range(50))
    assert fitted(x, 5).inertia <= naive * 1.0001


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.1]))
def test_the_order_of_customers_does_not_matter(seed, gaps):
    x = blobs(seed, n=400, gaps=gaps, spread=1.0)
    shuffle = np.random.default_rng(seed).permutation(len(x))
    one, other = fitted(x, 3), fitted(x[shuffle], 3)
    np.testing.assert_array_equal(one.centres, other.centres)
    np.testing.assert_array_equal(one.labels[shuffle], other.labels)
    assert one.inertia == other.inertia


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_weight_two_moves_centres_as_two_copies_do(seed):
    """The same start, so that only the averaging is compared."""
    x = blobs(seed, n=300, gaps=0.05)
    mass = np.random.default_rng(seed).integers(1, 4, len(x)).astype(float)
    copies = np.repeat(x, mass.astype(int), axis=0)
    start = np.nan_to_num(x[:3].astype(float))
    weighted, copied = oracle.lloyd(x, start, mass), oracle.lloyd(copies, start)
    np.testing.assert_array_equal(weighted, copied)
    one = fitted(x, 3, mass=mass, init=weighted)
    assert_belongs_together(x, one, mass)
    assert one.inertia <= oracle.inertia(x, weighted, mass) * (1 + 1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_one_more_customer_at_a_centre_changes_nothing_but_the_size(seed):
    x = blobs(seed, n=300, spread=0.3)
    fit = fitted(x, 4)
    more = np.vstack([x, fit.centres[:1].astype(np.float32)])
    again = fitted(more, 4, init=fit.centres)
    assert again.inertia <= fit.inertia * (1 + 1e-9) + 1e-9
    assert again.labels[-1] == again.labels[int(nearest_two(tiles_of(x), fit.centres[:1]).d1.argmin())]


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("gaps", [0.0, 0.03])
def test_threads_do_not_matter_over_several_runs(monkeypatch, threads, gaps):
    """50,000 customers, small stages, so that samples, borders and several runs all take part."""
    monkeypatch.setattr(kmeans, "STAGES", (512, 1024, 4096))
    monkeypatch.setattr(kmeans, "SMALL", 1024)
    x = blobs(11, n=50_000, spread=1.0, gaps=gaps, k=5)
    order = hash_order(x)
    one, other = fitted(x, 5, threads=1, order=order), fitted(x, 5, threads=threads, order=order)
    np.testing.assert_array_equal(one.centres, other.centres)
    np.testing.assert_array_equal(one.labels, other.labels)
    assert one.inertia == other.inertia
    assert_belongs_together(x, one)


def test_the_stages_reach_what_looking_at_everybody_reaches(monkeypatch):
    x = blobs(12, n=30_000, spread=1.3, gaps=0.02, k=5)
    order = np.random.default_rng(0).permutation(len(x))
    whole = fitted(x, 5, order=order)
    monkeypatch.setattr(kmeans, "STAGES", (1024, 2048, 8192))
    monkeypatch.setattr(kmeans, "SMALL", 1024)
    staged = fitted(x, 5, order=order)
    assert_belongs_together(x, staged)
    assert staged.inertia <= whole.inertia * 1.001


def test_the_border_gives_what_full_passes_give(monkeypatch):
    """With and without borders: the same bits."""
    monkeypatch.setattr(kmeans, "STAGES", (512, 1024, 2048))
    monkeypatch.setattr(kmeans, "SMALL", 1024)
    x = blobs(13, n=40_000, spread=1.5, gaps=0.02, k=5)
    order = np.random.default_rng(1).permutation(len(x))
    bordered = fitted(x, 6, order=order)
    monkeypatch.setattr(kmeans, "expected_reach", lambda *_: np.empty(0))
    full = fitted(x, 6, order=order)
    np.testing.assert_array_equal(bordered.centres, full.centres)
    np.testing.assert_array_equal(bordered.labels, full.labels)
    assert bordered.inertia == full.inertia


def test_who_weighs_nothing_is_only_assigned():
    x = blobs(5)
    outcast = np.full((1, x.shape[1]), 200.0, np.float32)
    mass = np.append(np.ones(len(x)), 0.0)
    fit = fitted(np.vstack([x, outcast]), 4, mass=mass)
    alone = fitted(x, 4)
    np.testing.assert_array_equal(fit.centres, alone.centres)
    np.testing.assert_array_equal(fit.labels[:-1], alone.labels)


def test_who_weighs_nothing_is_nearest_to_the_last_centres(monkeypatch):
    """Only customers with a weight are followed along the borders; the others stayed where the first pass put them."""
    monkeypatch.setattr(kmeans, "STAGES", (1000, 2000, 4000))
    x, mass = blobs(9, n=60_000, p=6, k=1, spread=1.0), np.ones(60_000)
    mass[np.random.default_rng(0).random(60_000) < 0.5] = 0.0
    tiles = tiles_of(x, mass)
    fit = fit_kmeans(tiles, 4, order=hash_order(x), seed=1)
    np.testing.assert_array_equal(fit.labels, nearest_two(tiles, fit.centres).label)


@pytest.mark.parametrize("sphere", [False, True])
def test_who_answered_nothing_changes_nothing(monkeypatch, sphere):
    """They are no gaps in the tiles; with all their gaps marked the fit and who is nearest are the same bits."""
    monkeypatch.setattr(kmeans, "STAGES", (1000, 2000, 4000))
    x, mass = blobs(5, n=40_000, p=6, k=6, spread=1.5), np.ones(40_000)
    x = unit_rows(np.abs(x).astype(float)).astype(np.float32) if sphere else x
    silent = np.random.default_rng(0).random(40_000) < 0.1
    x[silent], mass[silent] = np.nan, 0.0
    order = hash_order(x)
    short = tiles_of(x, mass, sphere=sphere)
    marked = replace(tiles_of(x, sphere=sphere), mass=short.mass, units=short.units)
    assert len(short.gaps.mark) == 0 < len(marked.gaps.mark)
    one, two = (fit_kmeans(tiles, 4, order=order, seed=1) for tiles in (short, marked))
    np.testing.assert_array_equal(one.centres, two.centres)
    np.testing.assert_array_equal(one.labels[~silent], two.labels[~silent])
    assert not one.labels[silent].any()
    assert one.inertia == two.inertia
    for k in (4, 1):
        near = [nearest_two(tiles, one.centres[:k]) for tiles in (short, marked)]
        for name in ("label", "runner_up", "d1", "d2"):
            np.testing.assert_array_equal(getattr(near[0], name), getattr(near[1], name))


def test_more_segments_than_distinct_customers():
    x = np.repeat(np.array([[0.0, 1.0], [2.0, 2.0]], np.float32), [30, 20], axis=0)
    fit = fitted(x, 5)
    assert_belongs_together(x, fit)
    assert fit.inertia == 0.0
    np.testing.assert_array_equal(fit.labels, np.repeat([0, 1], [30, 20]))
    assert fit.centres.shape == (5, 2)


def test_one_customer():
    fit = fitted(np.array([[1.5, -2.0]], np.float32), 1)
    assert fit.centres.tolist() == [[1.5, -2.0]]
    assert fit.labels.tolist() == [0]
    assert fit.inertia == 0.0


def test_all_equal():
    fit = fitted(np.full((1000, 3), 0.25, np.float32), 2)
    assert fit.inertia == 0.0
    assert set(fit.labels) == {0}


def test_a_feature_nobody_answered_has_centre_0():
    x = blobs(6)
    x[:, 2] = np.nan
    assert not fitted(x, 3).centres[:, 2].any()


def test_a_feature_nobody_in_a_segment_answered_has_centre_0():
    rng = np.random.default_rng(0)
    x = oracle.on_grid(np.vstack([rng.normal(0, 0.1, (200, 2)), rng.normal(8, 0.1, (100, 2))]))
    x = np.hstack([x, np.where(np.arange(300)[:, None] < 200, 1.0, np.nan).astype(np.float32)])
    fit = fitted(x, 2)
    assert fit.centres[0, 2] == 1.0
    assert fit.centres[1, 2] == 0.0


def test_every_answer_missing():
    fit = fitted(np.full((50, 3), np.nan, np.float32), 2, mass=np.zeros(50))
    assert not fit.centres.any()
    assert fit.inertia == 0.0


def test_centres_that_are_given_compete_and_never_lose_to_worse():
    x = blobs(8, spread=0.5, k=6, n=900)
    good = oracle.lloyd(x, fitted(x, 6, seed=1).centres)
    assert fitted(x, 6, init=good).inertia <= oracle.inertia(x, good) * (1 + 1e-9)
    bad = np.full((6, 4), 50.0) + np.arange(6)[:, None]
    assert fitted(x, 6, init=bad).inertia <= oracle.inertia(x, good) * 1.02


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_whoever_hands_in_everybody_as_the_sample_gets_the_same_fit(gaps):
    """The labels at rest are taken over instead of found anew, where sample and everybody are the same tiles."""
    x = blobs(9, n=2_000, k=6, spread=1.5, gaps=gaps)
    x = x[hash_order(x)]
    tiles, order = tiles_of(x), np.arange(len(x))
    start = x[:6].astype(np.float64)
    start[np.isnan(start)] = 0.0
    for init in (None, start):
        anew = fit_kmeans(tiles, 6, order=order, seed=3, init=init)
        over = fit_kmeans(tiles, 6, order=order, seed=3, init=init, sample=tiles)
        np.testing.assert_array_equal(anew.centres, over.centres)
        np.testing.assert_array_equal(anew.labels, over.labels)
        assert anew.inertia == over.inertia
        assert_belongs_together(x, over)


def test_labels_are_not_taken_over_where_centres_would_move():
    tiles = tiles_of(np.array([[0.0], [1.0], [9.0], [10.0]], np.float32))
    room = room_for(1, 2, 1, 0)
    settled = settle_cold(tiles.block, 1, room, np.array([[0.0], [9.0]]), enough=0.0)
    rested = at_rest(tiles, settled.centres, room)
    assert rested is not None
    assert rested.labels.tolist() == [0, 0, 1, 1]
    assert rested.sums.inertia(rested.centres, tiles.energy) == 1.0
    assert at_rest(tiles, np.array([[0.0], [9.0]]), room) is None


@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_starts_the_better_goes_on_whichever_comes_first(swapped):
    """One start has both its centres in one of two far groups, the other one in each."""
    x = blobs(4, n=600, k=2, spread=0.3)
    tiles = tiles_of(x[hash_order(x)])
    near = nearest_two(tiles, fitted(x, 2).centres)
    good, lone = fitted(x, 2).centres, tiles.values[0, :, :2].T.astype(np.float64)
    starts = [lone.copy(), good.copy()] if swapped else [good.copy(), lone.copy()]
    rivals = [(start, room_for(3, 2, 4, 0)) for start in starts]
    best, room = ahead(tiles.block, 3, rivals, enough=1e-3)
    assert any(room is own for _, own in rivals)
    assert best.inertia + tiles.energy == pytest.approx(float(near.d1.sum()), rel=1e-3)


def test_a_start_that_cannot_draw_level_is_given_up():
    """The one that rests on 30 groups is ahead for good; the other is not settled to the end."""
    x = blobs(5, n=1_000, k=30, spread=0.05)
    tiles = tiles_of(x[hash_order(x)])
    best = fitted(x, 30).centres
    crowded = np.repeat(tiles.values[0, :, :10].T, 3, axis=0).astype(np.float64) + np.arange(30)[:, None] / 64
    alone = settle_cold(tiles.block, 4, room_for(4, 30, 4, 0), crowded.copy(), enough=0.0)
    left = crowded.copy()
    won, _ = ahead(tiles.block, 4, [(best.copy(), room_for(4, 30, 4, 0)), (left, room_for(4, 30, 4, 0))], enough=0.0)
    assert won.inertia < alone.inertia
    assert (left != alone.centres).any()


def test_an_empty_segment_takes_the_farthest_customer():
    """Two centres start on the same spot: the second is empty at once and must jump to the far group."""
    x = np.vstack([np.zeros((60, 1)), np.ones((40, 1)), np.full((3, 1), 30.0)]).astype(np.float32)
    tiles = tiles_of(x)
    cold = settle_cold(tiles.block, 1, room_for(1, 3, 1, 0), np.array([[0.0], [0.0], [0.0]]), enough=0.0)
    assert sorted(cold.centres.ravel().tolist()) == [0.0, 1.0, 30.0]


def test_equal_sizes_are_ordered_by_centre():
    x = np.repeat(np.array([[4.0], [-4.0], [0.0]], np.float32), 50, axis=0)
    assert fitted(x, 3).centres.ravel().tolist() == [-4.0, 0.0, 4.0]


def test_where_customers_stand_between_two_centres_the_larger_takes_them():
    """Groups of 30 at -1 and 20 at 3, ten at 1: exactly between, if each group keeps its own centre."""
    x = np.repeat(np.array([[-1.0], [3.0], [1.0]], np.float32), [30, 20, 10], axis=0)
    assert_belongs_together(x, fitted(x, 2))


@pytest.mark.parametrize(
    ("k", "init", "message"),
    [(0, None, "at least one segment"), (2, np.zeros((3, 4)), "one row of features a segment")],
)
def test_what_does_not_fit_is_refused(k, init, message):
    with pytest.raises(BadInput, match=message):
        fitted(blobs(0), k, init=init)


def test_nobody_is_refused():
    with pytest.raises(BadInput, match="no customers"):
        fitted(np.empty((0, 3), np.float32), 2)


def test_a_stop_before_the_start_is_seen():
    progress = Progress()
    progress.stop()
    with pytest.raises(Cancelled):
        fitted(blobs(0), 3, progress=progress)


CTRL_C = """
import sys, numpy as np
from ilk.engines.tiles import tiles_of
from ilk.cluster.cold import ahead, settle_cold
from ilk.cluster.everyone import at_rest
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.ensemble import fit_many
x = np.floor(np.random.default_rng(0).normal(size=(300_000, 12)) * 65536).astype(np.float32) / 65536
tiles, few = tiles_of(x), tiles_of(x[:9000])
fit_kmeans(tiles_of(x[:500]), 2, order=np.arange(500), seed=0)
print("ready", flush=True)
while True:
    {work}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "work",
    [
        "fit_kmeans(tiles, 20, order=np.arange(131072), seed=0)",
        "fit_many(few, np.ones((999, 9000), np.uint8), 10, np.arange(999))",
    ],
)
def test_ctrl_c_stops_within_a_second(work):
    process = subprocess.Popen(
        [sys.executable, "-c", CTRL_C.format(work=work)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(1.0)
    for _ in range(3):  # Python drops an interrupt that comes while it tidies up an object
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            continue
        break
    assert process.poll() not in (None, 0)
    process.kill()
