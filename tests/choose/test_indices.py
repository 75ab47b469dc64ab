"""Indices of one labelling: by hand, against scikit-learn and scipy, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from ilk.choose.indices import (
    calinski_harabasz,
    davies_bouldin,
    effective_number,
    observed_scale,
    segment_means,
    simplified_silhouette,
)
from ilk.cluster.agreement import adjusted_rand, best_jaccard, contingency

LINE = np.array([[0.0], [2.0], [10.0], [12.0]], np.float32)
HALVES = np.array([0, 0, 1, 1])


def table(rng, n=300, p=4):
    return (np.round(rng.normal(size=(n, p)) * 65536) / 65536).astype(np.float32)


def test_calinski_harabasz_by_hand():
    """Between 100 over 1, within 4 over 2."""
    assert calinski_harabasz(LINE, HALVES, 2) == pytest.approx(50.0)


def test_davies_bouldin_by_hand():
    """Spreads of 1 each, centres 10 apart."""
    assert davies_bouldin(LINE, HALVES, 2, np.ones(1)) == pytest.approx(0.2)


def test_indices_are_those_of_scikit_learn():
    """Without gaps the figures are the library's."""
    from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

    rng = np.random.default_rng(1)
    x, labels = table(rng), rng.integers(0, 3, 300)
    assert calinski_harabasz(x, labels, 3) == pytest.approx(calinski_harabasz_score(x.astype(float), labels), rel=1e-9)
    assert davies_bouldin(x, labels, 3, np.ones(4)) == pytest.approx(davies_bouldin_score(x, labels), rel=1e-6)


def test_an_empty_segment_changes_no_index():
    """Numbers that nobody has are not segments."""
    assert calinski_harabasz(LINE, HALVES * 2, 5) == calinski_harabasz(LINE, HALVES, 2)
    assert davies_bouldin(LINE, HALVES * 2, 5, np.ones(1)) == davies_bouldin(LINE, HALVES, 2, np.ones(1))


@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 1, 2, 3]])
def test_calinski_harabasz_is_undefined_for_one_segment_and_for_one_customer_each(labels):
    assert calinski_harabasz(LINE, np.array(labels), 4) is None


def test_calinski_harabasz_is_undefined_without_variance_within():
    assert calinski_harabasz(np.array([[0.0], [0.0], [5.0]], np.float32), np.array([0, 0, 1]), 2) is None


def test_davies_bouldin_is_undefined_for_one_segment():
    assert davies_bouldin(LINE, np.zeros(4, int), 1, np.ones(1)) is None


def test_missing_answers_add_nothing():
    """A segment's mean is over those who answered; 0 where nobody did."""
    x = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, 4.0], [5.0, 6.0]], np.float32)
    assert segment_means(x, HALVES, 2).tolist() == [[2.0, 0.0], [5.0, 5.0]]
    assert calinski_harabasz(x, HALVES, 2) == pytest.approx(((2 - 3) ** 2 * 2 + (5 - 3) ** 2) / (4 / 2))


def test_distances_over_blanks_are_scaled_by_weight():
    """A blank of weight 3 of 4 leaves a quarter, and distances over it are scaled by four; of nothing, by 0."""
    x = np.array([[np.nan, 1.0], [1.0, 1.0], [np.nan, np.nan]], np.float32)
    assert observed_scale(x, np.array([3.0, 1.0])).tolist() == [4.0, 1.0, 0.0]


def test_simplified_silhouette_by_hand():
    """Distances 1 and 4 give 3/4, equal ones give 0, and so does a customer on two centres at once."""
    assert simplified_silhouette(np.array([1.0, 9.0, 0.0]), np.array([16.0, 9.0, 0.0])) == pytest.approx(0.25)
    assert simplified_silhouette(np.array([1.0]), np.array([np.inf])) is None
    assert simplified_silhouette(np.zeros(0), np.zeros(0)) is None


def test_contingency_counts_pairs_of_labels():
    assert contingency(np.array([0, 0, 1, 2]), np.array([1, 1, 0, 1]), 3, 2).tolist() == [[0, 2], [1, 0], [0, 1]]


def test_adjusted_rand_by_hand():
    """Hubert and Arabie: sum of pairs 2, by chance 4 * 3 / 10, most 3.5."""
    a, b = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    assert adjusted_rand(contingency(a, b, 2, 2)) == pytest.approx((2 - 4 * 4 / 10) / (4 - 4 * 4 / 10))


labelling = st.lists(st.integers(0, 4), min_size=1, max_size=60)


@settings(deadline=None)
@given(st.data(), labelling)
def test_adjusted_rand_is_scikit_learns_and_symmetric(data, first):
    """Same figure as the library, whichever labelling comes first, and whatever the segments are called."""
    from sklearn.metrics import adjusted_rand_score

    second = data.draw(st.lists(st.integers(0, 4), min_size=len(first), max_size=len(first)))
    a, b = np.array(first), np.array(second)
    ours = adjusted_rand(contingency(a, b, 5, 5))
    assert ours == pytest.approx(adjusted_rand_score(a, b), abs=1e-12)
    assert ours == adjusted_rand(contingency(b, a, 5, 5))
    names = np.array(data.draw(st.permutations(range(5))))
    assert ours == adjusted_rand(contingency(names[a], b, 5, 5))


@settings(deadline=None)
@given(labelling)
def test_a_labelling_agrees_with_itself(labels):
    a = np.array(labels)
    same = contingency(a, a, 5, 5)
    assert adjusted_rand(same) == pytest.approx(1.0)
    assert (best_jaccard(same)[np.unique(a)] == 1.0).all()


def test_best_jaccard_by_hand():
    """Three of four found again beside one stranger: 3 / 5; a segment of nobody 0."""
    assert best_jaccard(np.array([[3, 1], [1, 5], [0, 0]])) == pytest.approx([3 / 5, 5 / 7, 0.0])


def test_effective_number_is_exp_of_scipys_entropy():
    sizes = np.array([50, 30, 20, 0])
    assert effective_number(sizes) == pytest.approx(np.exp(entropy(sizes)))
    assert effective_number(np.array([7, 7, 7])) == pytest.approx(3.0)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), st.permutations(range(3)))
def test_names_of_segments_do_not_matter(seed, names):
    rng = np.random.default_rng(seed)
    x, labels = table(rng, 60), rng.integers(0, 3, 60)
    x[rng.random(x.shape) < 0.1] = np.nan
    other = np.array(names)[labels]
    assert calinski_harabasz(x, labels, 3) == pytest.approx(calinski_harabasz(x, other, 3), rel=1e-12)
    assert davies_bouldin(x, labels, 3, np.ones(4)) == pytest.approx(davies_bouldin(x, other, 3, np.ones(4)), rel=1e-12)
