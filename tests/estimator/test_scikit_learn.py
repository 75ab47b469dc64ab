"""Every check scikit-learn has for estimators, none expected to fail."""

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
