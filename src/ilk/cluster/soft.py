"""Segments a customer belongs to with a probability: what mixtures and latent classes have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.sources.source import Note

Floats = NDArray[np.float64]

TWINS = 0.7
"""Classes overlap so far that they are twins: the probability that the customers of each give to the other, the two
added up; 1 where nothing tells them apart, 0 where everything does (rule of thumb)."""

EMPTY = "Segment {number} is nearly empty: its probabilities add up to fewer than {least} customers. Ask for fewer."


def posteriors(scores: Floats) -> Floats:
    """Each customer's probability of each class, (n, k), rows of sum 1.

    Args:
        scores: -ln (pi_c p(x | c)), (n, k); lower is nearer.
    """
    likely = np.exp(scores.min(axis=1, keepdims=True) - scores)
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def log_likelihood(scores: Floats) -> Floats:
    """Each customer's ln P(x), (n,).

    Args:
        scores: -ln (pi_c p(x | c)), (n, k).
    """
    least = scores.min(axis=1)
    return np.asarray(np.log(np.exp(least[:, None] - scores).sum(axis=1)) - least)


def entropy_r2(probabilities: Floats) -> float | None:
    """1 - sum(-p ln p) / (n ln k): 1 where every customer surely belongs to one class; None for one class.

    Source: Ramaswamy, DeSarbo, Reibstein & Robinson (1993), Marketing Science 12(1).
    """
    n, k = probabilities.shape
    if k < 2 or n == 0:
        return None
    logs = np.log(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0.0)
    return float(1.0 + (probabilities * logs).sum() / (n * np.log(k)))


def overlap(probabilities: Floats) -> Floats:
    """How far two classes share their customers, (k, k), 0 to 1, the same both ways; 0 on the diagonal."""
    together = probabilities.T @ probabilities
    given = together / np.maximum(probabilities.sum(axis=0), np.finfo(np.float64).tiny)[:, None]
    both = given + given.T
    np.fill_diagonal(both, 0.0)
    return np.asarray(both)


def class_notes(probabilities: Floats, *, least: int) -> tuple[Note, ...]:
    """Warnings of classes of nearly nobody, and of classes that nothing tells apart; told as segments, from 1.

    Args:
        probabilities: (n, k), of the customers.
        least: Customers below which a class is empty.
    """
    sizes = probabilities.sum(axis=0)
    empty = [c for c, size in enumerate(sizes) if size < least]
    notes = [Note("empty-class", EMPTY.format(number=c + 1, least=least)) for c in empty]
    both = overlap(probabilities)
    for c, d in zip(*np.nonzero(np.triu(both >= TWINS)), strict=True):
        if c not in empty and d not in empty:
            text = f"Segments {c + 1} and {d + 1} are twins: their customers could as well be in the other."
            notes.append(Note("twin-classes", f"{text} Ask for fewer segments, or merge them."))
    return tuple(notes)
