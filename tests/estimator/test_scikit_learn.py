"""Every check scikit-learn has for estimators."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ilk import Segmenter


@parametrize_with_checks([Segmenter(n_segments=3, random_state=0)], xfail_strict=True)
def test_every_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks([Segmenter()], xfail_strict=True)
def test_every_scikit_learn_check_with_k_left_open(estimator, check):
    check(estimator)


OTHERS = [
    Segmenter(n_segments=3, method="mixture"),
    Segmenter(n_segments=3, method="latent"),
    Segmenter(n_segments=3, method="ward"),
    Segmenter(method="density"),
    Segmenter(n_segments=3, max_share=0.6),
]


EXPECTED = {
    "max_share": {
        "check_sample_weight_equivalence_on_dense_data": "bounds of sizes count rows: two equal rows are two customers",
        "check_sample_weight_equivalence_on_sparse_data": "the same",
    },
}
"""What a method cannot pass, and why."""


def expected(estimator):
    return EXPECTED["max_share"] if estimator.max_share else {}


@parametrize_with_checks(OTHERS, expected_failed_checks=expected, xfail_strict=True)
def test_every_check_of_the_other_methods(estimator, check):
    check(estimator)
