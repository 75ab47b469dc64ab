"""The model of a real study: private, calibrated, the same however it is asked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import ilk
from ilk.features.recipe import apply
from ilk.model.assign import open_customers
from ilk.model.certainty import certainty_of
from ilk.model.file import load, save
from ilk.model.scorers import nearest_segments

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(data):
    return data / "credit-card" / "customers.csv"


@pytest.fixture(scope="module")
def real(path):
    from ilk.segment import segment

    return segment(path).model


@pytest.fixture(scope="module")
def crowd(real, path):
    """Features and hashes of all customers."""
    source = open_customers(real, path)
    table = pa.Table.from_batches(list(source.batches(real.scoring.columns)))
    hashes = source.hashes()
    source.close()
    return apply(real.content.recipe, table), hashes


def test_everybody_is_assigned_or_rejected(real, path):
    found = real.assign(path)
    assert found.n_assigned + found.n_rejected == 8950
    assert [size for _, _, size in found.sizes] == [s.size for s in real.segments]


def test_frame_and_file_and_order_agree(real, path):
    from_file = real.assign(path).table
    frame = pd.read_csv(path)
    assert pa.Table.from_pandas(real.assign(frame).table)["certainty"].to_pylist() == from_file["certainty"].to_pylist()
    shuffled = frame.sample(frac=1, random_state=1)
    again = pa.Table.from_pandas(real.assign(shuffled).table, preserve_index=False)
    assert again.sort_by("CUST_ID").cast(from_file.schema).equals(from_file.sort_by("CUST_ID").combine_chunks())


def test_the_file_holds_no_customer(real, path, tmp_path):
    saved = save(real, tmp_path / "segments.ilk")
    text = saved.read_text()
    assert not [one for one in pd.read_csv(path)["CUST_ID"] if one in text]
    assert load(saved) == real
    rows = {tuple(row) for row in pd.read_csv(path).drop(columns="CUST_ID").to_numpy().tolist()}
    assert not rows & {tuple(point) for point in real.content.reference.points}
    assert min(real.content.reference.customers) >= 10


def test_certainty_is_calibrated_in_every_fifth(real, crowd):
    """All customers, each with random blanks; right = the segment of the whole row. Within 0.05, both ways to cut."""
    matrix, hashes = crowd
    truth = nearest_segments(real.scoring, matrix).label
    rng = np.random.default_rng(0)
    n, p = matrix.shape
    some = matrix.copy()
    some[rng.random((n, p)).argsort(axis=1) >= rng.integers(1, p + 1, n)[:, None]] = np.nan
    there = ~np.isnan(some).all(axis=1)
    label = nearest_segments(real.scoring, some[there]).label
    sure, right = certainty_of(real.scoring, some[there], label, hashes[there]), label == truth[there]
    by_rank = np.argsort(np.argsort(sure, kind="stable"), kind="stable") * 5 // len(sure)
    by_value = np.minimum((sure * 5).astype(int), 4)
    for cut in (by_rank, by_value):
        for fifth in range(5):
            assert sure[cut == fifth].mean() == pytest.approx(right[cut == fifth].mean(), abs=0.05)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_form_with_one_field_filled_tells_the_truth(real, crowd, seed):
    """All customers, each with one random answer kept: too little to tell on average, and calibrated in every fifth."""
    matrix, hashes = crowd
    truth = nearest_segments(real.scoring, matrix).label
    columns = real.scoring.columns_of_features
    there = np.stack([~np.isnan(matrix[:, columns == i]).all(axis=1) for i in range(len(real.scoring.columns))], axis=1)
    kept = np.where(there, np.random.default_rng(seed).random(there.shape), -1.0).argmax(axis=1)
    some = np.where(columns == kept[:, None], matrix, np.nan).astype(np.float32)
    label = nearest_segments(real.scoring, some).label
    sure, right = certainty_of(real.scoring, some, label, hashes), label == truth
    assert sure.mean() < 0.7
    fifth = np.argsort(np.argsort(sure, kind="stable"), kind="stable") * 5 // len(sure)
    told = [(sure[fifth == i].mean(), right[fifth == i].mean()) for i in range(5)]
    assert [pair for pair in told if abs(pair[0] - pair[1]) > 0.05] == []


def test_knowing_more_makes_surer(real, crowd):
    matrix, hashes = crowd
    truth = nearest_segments(real.scoring, matrix).label
    rank = np.random.default_rng(1).random(matrix.shape).argsort(axis=1)
    told = []
    for n_known in (1, 3, 5, 8):
        some = np.where(rank < n_known, matrix, np.nan).astype(np.float32)
        there = ~np.isnan(some).all(axis=1)
        label = nearest_segments(real.scoring, some[there]).label
        sure = certainty_of(real.scoring, some[there], label, hashes[there]).mean()
        assert sure == pytest.approx((label == truth[there]).mean(), abs=0.05)
        told.append(sure)
    assert told == sorted(told)


def test_a_customer_of_the_file_is_explained(real, path):
    row = pd.read_csv(path).iloc[3]
    found = real.explain({k: v for k, v in row.items() if not pd.isna(v)})
    assigned = real.assign(path).table.slice(3, 1).to_pylist()[0]
    assert (found.segment, found.certainty, found.distance) == (
        assigned["segment"],
        assigned["certainty"],
        assigned["distance"],
    )
    assert found.difference == sum(reason.points for reason in found.reasons)
    assert "MINIMUM_PAYMENTS" in found.blank
    assert max(len(line) for line in str(found).splitlines()) <= 100


def test_every_number_of_segments_can_be_adopted(real, path):
    for k in real.tried:
        assert sum(size for _, _, size in real.at(k).assign(path).sizes) == 8950


def test_the_public_door(real, tmp_path):
    real.save(tmp_path / "segments.ilk")
    assert ilk.load(tmp_path / "segments.ilk").segments == real.segments
