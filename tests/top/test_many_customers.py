"""What a study of many customers takes of memory, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

FEW, MANY, INTERESTS = 20_000, 200_000, 36

MOST = 1_500
"""Bytes a customer may add to the peak; with nothing held twice it is 1,000, of which columns, features and tiles, four
bytes a number each, are 450."""

STUDY = """
import resource, sys, ilk
study = ilk.segment(activity=sys.argv[1], out=sys.argv[2], force=True, threads=2)
assert study.k > 1
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def write_counts(path: Path, n: int) -> Path:
    """How often each of n people used each of 36 words: six kinds of people, a tenth of whom used none."""
    rng = np.random.default_rng(0)
    kind = rng.integers(6, size=n)
    likes = np.where(np.arange(INTERESTS) % 6 == kind[:, None], 0.8, 0.05)
    counts = rng.poisson(likes * (rng.random(n) > 0.1)[:, None])
    words = {f"word{j}": pa.array(counts[:, j].astype(np.int32)) for j in range(INTERESTS)}
    pq.write_table(pa.table({"person": [f"P{i:07d}" for i in range(n)], **words}), path)
    return path


def peak_of(path: Path, out: Path) -> int:
    """Bytes that the study of a file held at most."""
    command = [sys.executable, "-c", STUDY, str(path), str(out)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.slow
def test_each_customer_adds_a_kilobyte_and_a_half_at_most(tmp_path):
    """A million people with 36 interests then fit in two gigabytes, with room to spare."""
    few, many = write_counts(tmp_path / "few.parquet", FEW), write_counts(tmp_path / "many.parquet", MANY)
    peak_of(few, tmp_path / "warm")  # kernels may have to be compiled, which takes memory too
    base = peak_of(few, tmp_path / "few")
    assert peak_of(many, tmp_path / "many") - base <= MOST * (MANY - FEW)
