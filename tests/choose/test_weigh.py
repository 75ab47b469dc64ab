"""All the evidence together: planted groups, shapeless data, one group, too few, what was asked for."""

import dataclasses
import itertools

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from ilk.choose.draws import generator
from ilk.choose.guard import Trial
from ilk.choose.null import fit_copula
from ilk.choose.part import part_of, watch_of
from ilk.choose.tried import ks_to_try
from ilk.choose.vote import Wish
from ilk.choose.weigh import Inquiry, weigh_evidence
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.scorer import ByCentres
from ilk.engines.tiles import tiles_of
from ilk.errors import Cancelled
from ilk.progress import Progress

AUTO = Wish()


def features_of(x):
    scaled = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)
    return (np.floor(scaled * 65536 + 0.5) / 65536).astype(np.float32)


def inquiry_of(x, wish=AUTO, columns=None, seed=0, threads=None):
    tiles, order, trials = tiles_of(x), np.arange(len(x)), []
    for k in ks_to_try(x, wish.k, highest=6):
        fit = fit_kmeans(tiles, k, order=order, seed=seed)
        trials.append(Trial(k, ByCentres(fit.centres), np.bincount(fit.labels, minlength=k), fit.inertia))
    names = columns or tuple(f"c{i}" for i in range(x.shape[1]))
    return Inquiry(x, names, np.ones(x.shape[1]), tuple(trials), len(x), wish, seed, threads)


def weighed(x, wish=AUTO, **others):
    return weigh_evidence(inquiry_of(x, wish, **others))


@pytest.fixture(scope="module")
def blobs():
    x, _ = make_blobs(300, 4, centers=[[0] * 4, [9] * 4, [-9, 9, 0, 0]], random_state=0)
    return features_of(x)


@pytest.fixture(scope="module")
def found(blobs):
    return weighed(blobs)


def test_groups_that_a_category_goes_along_with_are_natural():
    """A category is lumps in shapeless tables too, and found again as well; but the groups are tighter than lumps."""
    rng = np.random.default_rng(0)
    group = rng.integers(3, size=400)
    numbers = rng.normal(size=(400, 3)) + 8.0 * group[:, None]
    colour = np.where(rng.random(400) < 0.9, group, rng.integers(3, size=400))
    levels = (np.eye(3)[colour] - 1 / 3) / np.sqrt(2 / 3)
    x = np.column_stack([features_of(numbers), np.round(levels * 65536) / 65536]).astype(np.float32)
    evidence = weighed(x, columns=("a", "b", "c", "colour", "colour", "colour")).evidence
    candidate = evidence.candidate(3)
    assert candidate.stability.median <= candidate.null_high + 0.01
    assert (evidence.k, evidence.verdict) == (3, "natural")
    assert candidate.explained > candidate.null_explained_high


def test_a_category_alone_is_not_a_reason_to_see_groups():
    """Three levels and two columns that have nothing to do with them: lumps, not kinds of customers."""
    rng = np.random.default_rng(1)
    colour = rng.integers(3, size=400)
    levels = (np.eye(3)[colour] - 1 / 3) / np.sqrt(2 / 3)
    numbers = features_of(rng.normal(size=(400, 2)))
    x = np.column_stack([numbers, np.round(levels * 65536) / 65536]).astype(np.float32)
    evidence = weighed(x, columns=("a", "b", "colour", "colour", "colour")).evidence
    assert evidence.verdict == "constructed"
    assert "shapeless" in evidence.failed


def test_planted_groups_are_natural_and_counted(found):
    evidence = found.evidence
    assert (evidence.k, evidence.neutral_k, evidence.gap_k, evidence.verdict) == (3, 3, 3, "natural")
    assert evidence.failed == ()
    assert evidence.verdict_text.startswith("Natural: these 3 groups")
    assert min(found.trust[3]) > 0.98
    assert evidence.m == 300


def test_every_k_has_its_figures(found):
    """K = 1 has an inertia and a gap only; the rest have everything."""
    first, *rest = found.evidence.candidates
    assert [c.k for c in found.evidence.candidates] == [1, 2, 3, 4, 5, 6]
    assert first.silhouette is first.stability is first.score is first.null_high is first.valley is None
    assert first.gap is not None
    for candidate in rest:
        shown = dataclasses.asdict(candidate)
        assert [name for name in shown if shown[name] is None] == [
            *("explained", "null_explained_high"),  # only where stability cannot tell
            *("bic", "entropy", "bic_gain"),  # only where there is a likelihood
        ]
        assert len(found.trust[candidate.k]) == candidate.k
        assert np.shape([b.middles for b in found.bootstraps[candidate.k]]) == (20, candidate.k, 4)


def test_the_choice_and_its_neighbours_are_looked_at_closely(found):
    assert [found.evidence.candidate(k).stability.n for k in range(2, 7)] == [100, 100, 100, 30, 30]
    assert {c.null.n for c in found.evidence.candidates[1:]} == {20}


def test_flows_say_where_segments_come_from(found):
    """The three planted groups stay whole: each comes from one segment at k = 2."""
    flows = {flow.k: flow for flow in found.evidence.flows}
    assert set(flows) == {2, 3, 4, 5, 6}
    assert flows[2].slsa == (None, None)
    assert flows[3].slsa == (1.0, 1.0, 1.0)
    assert np.sum(flows[6].shares, axis=1) == pytest.approx(1)


def test_shapeless_data_are_constructed():
    x = features_of(np.random.default_rng(1).normal(size=(400, 4)))
    found = weighed(x).evidence
    assert found.verdict == "constructed"
    assert found.failed
    assert "What failed" in found.verdict_text


def test_threads_change_nothing(blobs):
    x = blobs[::3].copy()
    x[::7, 1] = np.nan
    assert weighed(x, threads=1) == weighed(x, threads=2)


def test_who_answered_little_has_no_voice(blobs):
    """Customers who answered one column of four change no figure."""
    x, silent = blobs[::3], np.full((40, 4), np.nan, np.float32)
    silent[:, 0] = 3.0
    asked = inquiry_of(x)
    more = dataclasses.replace(asked, features=np.concatenate([x, silent]))
    assert weigh_evidence(more) == weigh_evidence(asked)


def test_an_asked_number_is_shown_with_all_the_evidence(blobs):
    evidence = weighed(blobs, Wish(k=5)).evidence
    assert (evidence.k, evidence.neutral_k, evidence.working_k) == (5, 3, 3)
    assert evidence.why_k == "You asked for 5; the plain evidence says 3."
    assert [c.k for c in evidence.candidates] == [1, 2, 3, 4, 5, 6]
    assert evidence.candidate(5).stability.n == 100
    assert evidence.verdict == "constructed"


def test_a_range_is_all_that_is_tried(blobs):
    evidence = weighed(blobs[::3], Wish(k=(4, 5))).evidence
    assert [c.k for c in evidence.candidates] == [1, 4, 5]
    assert [flow.k for flow in evidence.flows] == [5]


def test_one_group_can_be_asked_for(blobs):
    evidence = weighed(blobs[::3], Wish(k=1)).evidence
    assert (evidence.k, evidence.verdict, evidence.failed) == (1, "constructed", ("one",))


def test_equal_customers_are_one_group():
    found = weighed(np.full((50, 3), 0.5, np.float32))
    assert (found.evidence.k, found.evidence.verdict) == (1, "constructed")
    assert found.evidence.why_k.endswith("all customers are alike, so there is one group.")
    assert (found.trust, found.bootstraps, found.evidence.flows) == ({}, {}, ())
    assert weighed(np.full((50, 3), 0.5, np.float32), Wish(k=1)).evidence.why_k == "You asked for one group."


@pytest.mark.parametrize("n", [1, 2, 9])
def test_too_few_to_divide(n):
    found = weighed(np.arange(n, dtype=np.float32)[:, None]).evidence
    assert (found.k, found.verdict) == (1, "constructed")
    assert found.why_k == f"There are only {n} customers, too few to divide."
    assert [note.code for note in found.notes] == ["few-customers"]


def test_few_customers_are_divided_when_asked_and_nothing_is_claimed():
    """Twelve in two heaps: 2 is shown as asked, the verdict is that nobody can tell."""
    x = np.array([[0.0, 0.0], [0.25, 0.0], [0.0, 0.25]] * 2 + [[9.0, 9.0], [9.25, 9.0], [9.0, 9.25]] * 2, np.float32)
    evidence = weighed(x, Wish(k=3)).evidence
    assert (evidence.k, evidence.verdict, evidence.failed) == (3, "constructed", ("few",))


def test_more_segments_than_half_a_sample_can_fill_are_survived():
    """As many segments as customers differ: no warning, no NaN."""
    x = np.arange(6, dtype=np.float32)[:, None]
    evidence = weighed(x, Wish(k=6)).evidence
    for candidate in evidence.candidates:
        for figure in dataclasses.astuple(candidate):
            assert not isinstance(figure, float) or np.isfinite(figure)


def test_nobody_is_no_reason_to_fail():
    x = np.full((4, 2), np.nan, np.float32)
    nobody = Inquiry(x, ("a", "b"), np.ones(2), (Trial(1, ByCentres(np.zeros((1, 2))), np.array([4]), 0.0),), 4)
    assert weigh_evidence(nobody).evidence.m == 0


def test_progress_goes_forward_and_ends(blobs):
    told = []
    progress = Progress(lambda stage, share: told.append((stage, share)))
    with progress.stage("Weighing"):
        weigh_evidence(inquiry_of(blobs[::3]), progress=progress)
    shares = [share for _, share in told]
    assert {stage for stage, _ in told} == {"Weighing"}
    assert all(after >= before - 1e-9 for before, after in itertools.pairwise(shares))
    assert len(set(shares)) >= 6  # each piece of work reports at least its end


def test_can_be_stopped(blobs):
    progress = Progress()

    def stop(_stage, share):
        if share > 0.1:
            progress.stop()

    progress.listener = stop
    with pytest.raises(Cancelled):
        weigh_evidence(inquiry_of(blobs[::3]), progress=progress)


def test_a_part_of_a_part():
    """Half of the second half is three quarters, and stopping a part stops the whole."""
    told = []
    whole = Progress(lambda _stage, share: told.append(share))
    inner = part_of(part_of(whole, 0.5, 1.0), 0.0, 0.5)
    inner.at(1.0)
    assert told == [0.75]
    inner.stop()
    assert whole.stopped
    assert inner.stopped
    assert part_of(None, 0, 1) is None


def test_a_watch_only_stops():
    told = []
    whole = Progress(lambda _stage, share: told.append(share))
    watch_of(whole).at(0.5)
    assert told == []
    whole.stop()
    with pytest.raises(Cancelled):
        watch_of(whole).at(0.5)
    assert watch_of(None) is None


def test_null_tables_of_planted_groups_are_constructed(blobs):
    copula = fit_copula(blobs, tuple("abcd"), seed=1)
    verdicts = [weighed(copula.draw(generator(1, "box", i)), seed=i).evidence.verdict for i in range(3)]
    assert verdicts.count("constructed") >= 2
