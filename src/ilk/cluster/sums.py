"""What k-means adds up over customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.cluster.room import Total
from ilk.engines.tiles import UNIT
from ilk.errors import BadInput


@dataclass(frozen=True, slots=True)
class Sums:
    """The Partial of k-means. Exact: features are multiples of 2^-16 and masses of 2^-8.

    Args:
        sums: float64 (k, n_features), mass * feature over those who answered.
        mass: float64 (k, n_features), mass of those who answered.
        counts: float64 (k,), mass of all.
    """

    sums: NDArray[np.float64]
    mass: NDArray[np.float64]
    counts: NDArray[np.float64]

    @classmethod
    def of(cls, total: Total) -> Sums:
        """What a kernel has written."""
        return cls(total.sums, total.counts[:, None] - total.missing, total.counts)

    def zero(self) -> Self:
        """The sums over no customers."""
        return type(self)(np.zeros_like(self.sums), np.zeros_like(self.mass), np.zeros_like(self.counts))

    def __add__(self, other: Self) -> Self:
        if self.sums.shape != other.sums.shape:
            raise BadInput(
                "Sums of different shapes do not add up",
                got=f"{self.sums.shape} and {other.sums.shape}",
                do="add sums of one fit",
            )
        return type(self)(self.sums + other.sums, self.mass + other.mass, self.counts + other.counts)

    def to_arrow(self) -> pa.Table:
        """One row a segment."""
        return pa.table(
            {
                "sums": pa.array(list(self.sums), pa.list_(pa.float64())),
                "mass": pa.array(list(self.mass), pa.list_(pa.float64())),
                "counts": self.counts,
            }
        )

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """What `to_arrow` gave."""
        sums, mass = (np.array(table[name].to_pylist(), np.float64) for name in ("sums", "mass"))
        return cls(sums, mass, table["counts"].to_numpy())

    def centres(self, previous: NDArray[np.float64], *, sphere: bool = False) -> NDArray[np.float64]:
        """Each segment's mean rounded to 2^-16, the previous centre where nobody is left, 0 where nobody answered.

        Args:
            previous: Last centres, (k, n_features).
            sphere: Whether means are scaled to length one.

        Source: Lloyd (1982), IEEE Trans. Inf. Theory 28(2); missing answers as in k-POD (Chi et al. 2016); the sphere
        as in Dhillon & Modha (2001), Machine Learning 42(1).
        """
        length = np.sqrt((self.sums**2).sum(axis=1, keepdims=True))
        below = np.broadcast_to(length, self.sums.shape) if sphere else self.mass
        mean = np.divide(self.sums, below, out=np.zeros_like(self.sums), where=below > 0)
        return np.where(self.counts[:, None] > 0, np.floor(mean * UNIT + 0.5) / UNIT, previous)

    def inertia(self, centres: NDArray[np.float64], energy: float) -> float:
        """Sum of mass * squared distance to the own centre: sum m x^2 - 2 sum c sums + sum mass c^2, not below 0.

        Args:
            centres: (k, n_features).
            energy: Sum of m x^2 over the same customers.
        """
        return max(energy + float((centres * (self.mass * centres - 2.0 * self.sums)).sum()), 0.0)
