"""Check an installation the way a careful colleague would, and compile what has to be compiled."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from ilk.errors import MissingExtra
from ilk.settings import cache_folder

NEEDED = (
    "numpy",
    "scipy",
    "scikit-learn",
    "numba",
    "duckdb",
    "pyarrow",
    "narwhals",
    "pydantic",
    "altair",
    "vl-convert-python",
)
OPTIONAL = {"fastexcel": "excel"}


def examine() -> Iterator[str]:
    """Yield what was found, a line each; compiling the kernels is the last and longest part.

    Raises:
        MissingExtra: If a library that every study needs is not installed.
    """
    yield f"Python {sys.version.split()[0]}, {sys.platform}"
    yield ", ".join(f"{name} {_installed(name)}" for name in NEEDED)
    for name, extra in OPTIONAL.items():
        found = _version(name)
        yield (
            f"{name} {found}" if found else f"{name} is not installed; Excel files need it: pip install 'ilk[{extra}]'"
        )
    start = time.perf_counter()
    warm_kernels()
    yield f"Kernels are ready after {time.perf_counter() - start:.1f} s and kept in {cache_folder()}."


def warm_kernels() -> None:
    """Run every kernel once on a handful of customers, so that what is compiled is there for the next process."""
    import numpy as np

    from ilk.choose.silhouette import silhouettes
    from ilk.cluster.ensemble import fit_many, label_many
    from ilk.cluster.kmeans import fit_kmeans
    from ilk.cluster.nearest import nearest_two
    from ilk.engines.tiles import tiles_of

    matrix = np.random.default_rng(0).integers(-99, 99, (600, 3)).astype(np.float32) / np.float32(64)
    matrix[::7, 1] = np.nan
    tiles = tiles_of(matrix)
    fit = fit_kmeans(tiles, 3, order=np.arange(600), seed=0)
    nearest_two(tiles, fit.centres)
    masses = np.ones((2, 600), np.uint8)
    centres = fit_many(tiles, masses, 3, np.arange(2, dtype=np.uint64))
    labels = label_many(tiles, centres)
    silhouettes(matrix, labels, np.ones(3))


def _installed(name: str) -> str:
    found = _version(name)
    if found is None:
        raise MissingExtra(f"{name} is not installed", do="pip install ilk brings everything a study needs")
    return found


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
