"""Pick the same customers on every engine: by the XXH64 of their id, never by the order of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]
Read = Callable[[int, int], Hashes]
"""Gives the word of so many bytes that begins at some byte, of all texts of a group."""

SEED = 42
"""Spark's xxhash64 uses 42, so that a cluster picks the customers a laptop picks."""

ALONE = 24
"""Up to so many texts are hashed one by one: steps over a few are no cheaper than steps over thousands."""

ROWS = 1 << 13
"""Rows hashed at once: what is made of them on the way fits a processor's own cache."""

_64_BITS = 0xFFFFFFFFFFFFFFFF
_P1, _P2, _P3, _P4, _P5 = (
    np.uint64(prime)
    for prime in (
        0x9E3779B185EBCA87,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0x85EBCA77C2B2AE63,
        0x27D4EB2F165667C5,
    )
)


def xxh64(ids: Any, *, seed: int = SEED) -> Hashes:
    """Return the XXH64 of each id's UTF-8 text, integers as decimals; blank ids hash as the empty text.

    Args:
        ids: Arrow array or chunked array, NumPy array or list of texts or integers.
        seed: Of the hash.

    Source: Collet, xxHash, XXH64; https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
    """
    if isinstance(ids, list) and len(ids) <= ALONE:
        return _hash_few(ids, seed)
    chunked = ids if isinstance(ids, pa.ChunkedArray) else pa.chunked_array([_arrow(ids)])
    if not chunked.num_chunks:
        return np.empty(0, np.uint64)
    return np.concatenate([_hash_chunk(chunk, seed) for chunk in chunked.chunks])


def xxh64_rows(words: npt.NDArray[np.uint64], *, seed: int = SEED) -> Hashes:
    """Return the XXH64 of each row of `words` (n, p), read as 8 * p bytes, little end first."""
    n, p = words.shape
    hashes = np.empty(n, np.uint64)
    for start in range(0, n, ROWS):
        columns = np.ascontiguousarray(words[start : start + ROWS].T)
        hashes[start : start + ROWS] = _hash_group(_column_of(columns), columns.shape[1], 8 * p, seed)
    return hashes


def _column_of(columns: Hashes) -> Read:
    """Read the words of rows of which each column lies in one piece."""
    return lambda at, _: columns[at // 8]


def in_hash_order(hashes: Hashes, ids: Any, limit: int) -> Rows:
    """Return the row numbers of the first `limit` customers by (hash, id), in that order.

    The threshold is found by partition, so that only the sample is sorted, never the data set.

    Args:
        hashes: (n,) from `xxh64`.
        ids: (n,) the same customers' ids, texts or integers; they break ties.
        limit: How many customers are wanted.
    """
    n = len(hashes)
    if limit <= 0 or n == 0:
        return np.empty(0, np.int64)
    inside = np.arange(n) if limit >= n else np.flatnonzero(hashes <= np.partition(hashes, limit - 1)[limit - 1])
    order = inside[np.argsort(hashes[inside], kind="stable")]
    return _ties_by_id(order, hashes[order], ids)[:limit].astype(np.int64)


def _ties_by_id(order: Rows, hashes: Hashes, ids: Any) -> Rows:
    """Equal hashes are rare, but repeated rows without an id have them: the smaller id comes first."""
    tied = np.flatnonzero(hashes[1:] == hashes[:-1])
    if not tied.size:
        return order
    groups = np.split(tied, np.flatnonzero(np.diff(tied) > 1) + 1)
    values = ids.to_numpy(zero_copy_only=False) if isinstance(ids, pa.Array) else ids
    for group in groups:
        run = slice(int(group[0]), int(group[-1]) + 2)
        order[run] = sorted(order[run], key=lambda row: _plain(values[int(row)]))
    return order


def _plain(value: Any) -> Any:
    value = value.as_py() if isinstance(value, pa.Scalar) else value
    return value.item() if isinstance(value, np.generic) else value


def _arrow(ids: Any) -> pa.Array:
    return ids if isinstance(ids, pa.Array) else pa.array(ids)


def _hash_chunk(chunk: pa.Array, seed: int) -> Hashes:
    if len(chunk) <= ALONE:
        return _hash_few(chunk.to_pylist(), seed)
    texts = chunk if pa.types.is_string(chunk.type) else chunk.cast(pa.large_string())
    texts = texts.fill_null("") if texts.null_count else texts
    width = np.int32 if pa.types.is_string(texts.type) else np.int64
    _, ends, content = texts.buffers()
    offsets = np.frombuffer(ends, width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    flat = np.frombuffer(content or b"", np.uint8)[offsets[0] : offsets[-1]]
    return _hash_texts(_words_from(flat), offsets[:-1] - offsets[0], np.diff(offsets), seed)


def _hash_few(ids: list[Any], seed: int) -> Hashes:
    texts = (("" if one is None else str(one)).encode() for one in ids)
    return np.array([_hash_alone(text, seed) for text in texts], np.uint64)


def _words_from(flat: npt.NDArray[np.uint8]) -> Hashes:
    """The word that begins at each byte, little end first; zeros follow the last byte."""
    padded = np.concatenate([flat, np.zeros(8, np.uint8)])
    return np.ndarray(len(flat) + 1, np.dtype("<u8"), padded, strides=(1,))


def _hash_texts(words: Hashes, starts: Rows, lengths: Rows, seed: int) -> Hashes:
    """Hash texts of one length together: a whole group takes the same path through the algorithm."""
    if lengths.min() == lengths.max():
        return _hash_group(_text_of(words, starts), len(starts), int(lengths[0]), seed)
    hashes = np.empty(len(starts), np.uint64)
    order = np.argsort(lengths, kind="stable")
    ends = np.flatnonzero(np.diff(lengths[order])) + 1
    for group in np.split(order, ends):
        hashes[group] = _hash_group(_text_of(words, starts[group]), len(group), int(lengths[group[0]]), seed)
    return hashes


def _text_of(words: Hashes, starts: Rows) -> Read:
    """Read the words of texts that begin at `starts`."""

    def read(at: int, n_bytes: int) -> Hashes:
        word = words[starts + at]
        return word if n_bytes == 8 else word & np.uint64((1 << 8 * n_bytes) - 1)

    return read


def _hash_group(read: Read, n: int, length: int, seed: int) -> Hashes:
    """XXH64 of n texts of `length` bytes each; the steps are those of the specification, over n at once."""
    with np.errstate(over="ignore"):
        acc = _stripes(read, n, length, np.uint64(seed)) + np.uint64(length)
        at = length - length % 32
        for _ in range((length - at) // 8):
            acc ^= _round(np.zeros_like(acc), read(at, 8))
            acc = _rotate(acc, 27) * _P1 + _P4
            at += 8
        if length - at >= 4:
            acc = _rotate(acc ^ read(at, 4) * _P1, 23) * _P2 + _P3
            at += 4
        for i in range(at, length):
            acc = _rotate(acc ^ read(i, 1) * _P5, 11) * _P1
        return _avalanche(acc)


def _stripes(read: Read, n: int, length: int, seed: np.uint64) -> Hashes:
    full = np.full(n, seed, np.uint64)
    if length < 32:
        return full + _P5
    lanes = [full + _P1 + _P2, full + _P2, full.copy(), full - _P1]
    for at in range(0, length - 31, 32):
        lanes = [_round(lane, read(at + 8 * i, 8)) for i, lane in enumerate(lanes)]
    acc = sum((_rotate(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18), strict=True)), np.zeros_like(full))
    for lane in lanes:
        acc = (acc ^ _round(np.zeros_like(full), lane)) * _P1 + _P4
    return np.asarray(acc, np.uint64)


def _round(acc: Hashes, word: Hashes) -> Hashes:
    return _rotate(acc + word * _P2, 31) * _P1


def _rotate(x: Hashes, turn: int) -> Hashes:
    return (x << np.uint64(turn)) | (x >> np.uint64(64 - turn))


def _avalanche(acc: Hashes) -> Hashes:
    acc = (acc ^ (acc >> np.uint64(33))) * _P2
    acc = (acc ^ (acc >> np.uint64(29))) * _P3
    return acc ^ (acc >> np.uint64(32))


# ---------------------------------------------------------------- one text, in Python's own integers

_ONE, _TWO, _THREE, _FOUR, _FIVE = (int(prime) for prime in (_P1, _P2, _P3, _P4, _P5))


def _hash_alone(text: bytes, seed: int) -> int:
    """XXH64 of one text; the steps of `_hash_group`."""
    acc, at = _stripes_alone(text, seed)
    acc = (acc + len(text)) & _64_BITS
    while len(text) - at >= 8:
        acc ^= _round_alone(0, int.from_bytes(text[at : at + 8], "little"))
        acc = (_turn(acc, 27) * _ONE + _FOUR) & _64_BITS
        at += 8
    if len(text) - at >= 4:
        acc ^= int.from_bytes(text[at : at + 4], "little") * _ONE & _64_BITS
        acc = (_turn(acc, 23) * _TWO + _THREE) & _64_BITS
        at += 4
    for byte in text[at:]:
        acc = _turn(acc ^ byte * _FIVE & _64_BITS, 11) * _ONE & _64_BITS
    acc = (acc ^ acc >> 33) * _TWO & _64_BITS
    acc = (acc ^ acc >> 29) * _THREE & _64_BITS
    return acc ^ acc >> 32


def _stripes_alone(text: bytes, seed: int) -> tuple[int, int]:
    """What the whole stripes of 32 bytes come to, and where they end."""
    if len(text) < 32:
        return (seed + _FIVE) & _64_BITS, 0
    lanes = [(seed + first) & _64_BITS for first in (_ONE + _TWO, _TWO, 0, -_ONE)]
    end = len(text) - len(text) % 32
    for at in range(0, end, 8):
        lanes[at // 8 % 4] = _round_alone(lanes[at // 8 % 4], int.from_bytes(text[at : at + 8], "little"))
    acc = sum(_turn(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18), strict=True)) & _64_BITS
    for lane in lanes:
        acc = ((acc ^ _round_alone(0, lane)) * _ONE + _FOUR) & _64_BITS
    return acc, end


def _round_alone(acc: int, word: int) -> int:
    return _turn((acc + word * _TWO) & _64_BITS, 31) * _ONE & _64_BITS


def _turn(x: int, turn: int) -> int:
    return (x << turn | x >> 64 - turn) & _64_BITS
