"""The hash is XXH64, and the sample does not depend on the order of rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.sources.sampling import ROWS, in_hash_order, xxh64, xxh64_rows

VECTORS = [
    ("", 0, 0xEF46DB3751D8E999),
    ("a", 0, 0xD24EC4F1A98C6E5B),
    ("abc", 0, 0x44BC2CF5AD770999),
    ("Nobody inspects the spammish repetition", 0, 0xFBCEA83C8A378BF1),
    ("", 42, 0x98B1582B0977E704),
    ("C10001", 42, 0x0C6355825014089A),
    ("é漢" * 20, 42, 0xA9C877B4BC0C6E2A),
]
"""From the reference implementation: short, four bytes, one stripe and more, with and without a seed."""


@pytest.mark.parametrize(("text", "seed", "expected"), VECTORS)
def test_known_vectors(text, seed, expected):
    assert int(xxh64([text], seed=seed)[0]) == expected


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=40))
def test_a_text_hashes_alike_alone_and_among_others(texts):
    together = xxh64(pa.chunked_array([texts[:3], texts[3:]], pa.string()))
    assert together.tolist() == [int(xxh64([text])[0]) for text in texts]


@given(st.lists(st.text(max_size=70), min_size=1, max_size=8), st.integers(0, 2**63))
@settings(deadline=None)
def test_a_few_texts_hash_as_among_many(texts, seed):
    """A handful is hashed one by one, more of one length together."""
    many = xxh64([*texts, *["somebody else"] * 24], seed=seed)[: len(texts)]
    assert xxh64(texts, seed=seed).tolist() == many.tolist()


def test_integers_hash_as_their_decimals():
    assert xxh64(np.array([0, 7, -12, 2**62])).tolist() == xxh64(["0", "7", "-12", str(2**62)]).tolist()


def test_slices_and_blanks():
    sliced = pa.array(["x", "y", None, "zz"])[1:]
    assert xxh64(sliced).tolist() == xxh64(["y", "", "zz"]).tolist()
    assert xxh64(pa.chunked_array([], pa.string())).shape == (0,)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.int64()])
def test_many_hash_as_each_of_them_whatever_holds_them(kind):
    """Cut from the middle of a column, some of them blank, some of other lengths."""
    ids = [None if i % 7 == 3 else 10 ** (i % 9) + i for i in range(90)]
    held = pa.array(ids if kind == pa.int64() else [None if own is None else str(own) for own in ids]).cast(kind)
    alone = [int(xxh64(["" if own is None else str(own)])[0]) for own in ids[5:80]]
    assert xxh64(held[5:80]).tolist() == alone


def test_rows_hash_as_their_bytes():
    words = np.arange(12, dtype=np.uint64).reshape(3, 4) * np.uint64(0x1234567890ABCDEF)
    text = [row.astype("<u8").tobytes() for row in words]
    expected = [xxh64_bytes(one) for one in text]
    assert xxh64_rows(words).tolist() == expected


@pytest.mark.parametrize("p", [1, 3, 4, 9])
def test_many_rows_hash_as_each_of_them(p):
    """Rows are hashed in blocks; short ones have no stripe of 32 bytes."""
    words = np.random.default_rng(p).integers(0, 2**64, (ROWS + 3, p), dtype=np.uint64)
    hashed = xxh64_rows(words)
    for row in (0, 1, ROWS - 1, ROWS, ROWS + 2):
        assert hashed[row] == xxh64_bytes(words[row].astype("<u8").tobytes())


def xxh64_bytes(data: bytes) -> int:
    """The specification in plain Python, one byte string at a time."""
    p1, p2, p3, p4, p5 = (
        0x9E3779B185EBCA87,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0x85EBCA77C2B2AE63,
        0x27D4EB2F165667C5,
    )
    mask = 2**64 - 1

    def rotate(x, r):
        return ((x << r) | (x >> (64 - r))) & mask

    def turn(acc, word):
        return rotate((acc + word * p2) & mask, 31) * p1 & mask

    def word_at(i, size):
        return int.from_bytes(data[i : i + size], "little")

    i, acc = 0, (42 + p5) & mask
    if len(data) >= 32:
        lanes = [(42 + p1 + p2) & mask, (42 + p2) & mask, 42, (42 - p1) & mask]
        while i + 32 <= len(data):
            lanes = [turn(lane, word_at(i + 8 * j, 8)) for j, lane in enumerate(lanes)]
            i += 32
        acc = sum(rotate(lane, r) for lane, r in zip(lanes, (1, 7, 12, 18), strict=True)) & mask
        for lane in lanes:
            acc = ((acc ^ turn(0, lane)) * p1 + p4) & mask
    acc = (acc + len(data)) & mask
    while i + 8 <= len(data):
        acc = (rotate(acc ^ turn(0, word_at(i, 8)), 27) * p1 + p4) & mask
        i += 8
    if i + 4 <= len(data):
        acc = (rotate(acc ^ (word_at(i, 4) * p1 & mask), 23) * p2 + p3) & mask
        i += 4
    for byte in data[i:]:
        acc = rotate(acc ^ (byte * p5 & mask), 11) * p1 & mask
    acc = (acc ^ (acc >> 33)) * p2 & mask
    acc = (acc ^ (acc >> 29)) * p3 & mask
    return acc ^ (acc >> 32)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=120))
def test_the_specification_in_plain_python_agrees(data):
    text = data.decode("latin-1")
    assert int(xxh64([text])[0]) == xxh64_bytes(text.encode("utf-8"))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 5), min_size=0, max_size=30), st.integers(0, 40), st.booleans())
def test_hash_order_is_sorting_by_hash_and_id(raw, limit, as_text):
    hashes = np.array(raw, np.uint64)
    numbers = np.arange(len(raw), 0, -1)
    ids = pa.array([f"{i:03}" for i in numbers], pa.string()) if as_text else numbers
    expected = sorted(range(len(raw)), key=lambda i: (raw[i], numbers[i]))[:limit]
    assert in_hash_order(hashes, ids, limit).tolist() == expected


def test_the_sample_is_the_same_customers_in_any_order_of_rows():
    rng = np.random.default_rng(3)
    ids = np.array([f"C{i}" for i in range(5_000)])
    order = rng.permutation(len(ids))
    one = ids[in_hash_order(xxh64(ids.tolist()), ids, 700)]
    other = ids[order][in_hash_order(xxh64(ids[order].tolist()), ids[order], 700)]
    assert one.tolist() == other.tolist()


def test_hashes_spread_evenly():
    share = (xxh64(np.arange(100_000)) < np.uint64(2**62)).mean()
    assert abs(share - 0.25) < 0.005
