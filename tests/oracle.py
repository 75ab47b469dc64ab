"""Naive NumPy twins of the kernels: short enough to be right at a glance."""

from __future__ import annotations

import numpy as np


def on_grid(x):
    """Multiples of 2^-16, as a recipe makes them."""
    return (np.floor(np.asarray(x, np.float64) * 65536 + 0.5) / 65536).astype(np.float32)


def distances(x, centres):
    """Squared distances over the answered features, (n, k)."""
    x, centres = np.asarray(x, np.float64), np.asarray(centres, np.float64)
    return np.nansum((x[:, None, :] - centres[None, :, :]) ** 2, axis=2)


def labels(x, centres):
    """The nearest centre, ties to the lower number."""
    return distances(x, centres).argmin(axis=1)


def inertia(x, centres, mass=None):
    """Sum of mass * squared distance to the nearest centre."""
    mass = np.ones(len(x)) if mass is None else mass
    return float((mass * distances(x, centres).min(axis=1)).sum())


def sums(x, label, k, mass=None):
    """(sums, mass, counts) by segment over the answered features."""
    x = np.asarray(x, np.float64)
    mass = np.ones(len(x)) if mass is None else np.asarray(mass, np.float64)
    known = ~np.isnan(x)
    member = (label[:, None] == np.arange(k)) * mass[:, None]
    return member.T @ np.where(known, x, 0.0), member.T @ known, member.sum(axis=0)


def means(x, label, k, mass=None):
    """Centres on the grid; 0 where nobody answered, NaN where nobody is."""
    total, answered, counts = sums(x, label, k, mass)
    centre = np.divide(total, answered, out=np.zeros_like(total), where=answered > 0)
    return np.where(counts[:, None] > 0, np.floor(centre * 65536 + 0.5) / 65536, np.nan)


def lloyd(x, centres, mass=None, passes=300):
    """Label and average in turn until nothing changes; centres without customers stay."""
    centres = np.array(centres, np.float64)
    for _ in range(passes):
        new = means(x, labels(x, centres), len(centres), mass)
        new = np.where(np.isnan(new), centres, new)
        if np.array_equal(new, centres):
            break
        centres = new
    return centres
