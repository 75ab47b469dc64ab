"""Threads of our own, and those of others meanwhile."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from ilk.engines.workers import our_threads_alone


def blas_threads():
    np.ones((2, 2)) @ np.ones((2, 2))
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_linear_algebra_has_one_thread_meanwhile_and_gets_the_others_back():
    before = blas_threads()
    with our_threads_alone():
        assert set(blas_threads()) == {1}
    assert blas_threads() == before
