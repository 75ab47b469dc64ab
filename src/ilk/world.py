"""A made-up world of card customers with known personas: nothing to bring for a first look, and a truth to be held to.

Six personas pay with one card; `worlds/` says what they do. Small habits now and then run through all of them, so that
the pattern of zeros alone misleads. Every person and every figure is invented.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ilk.errors import BadSetting
from ilk.files import private_folder, replacing, write_text
from ilk.worlds.cards import Floats, Ints, card_columns, of_persona
from ilk.worlds.people import FAMILY_NAMES, GIVEN_NAMES, LABELS, PERSONAS, REGIONS, TIERS

FIRST_ID = 100_001
"""Number of the first customer; ids look like C100001."""


@dataclass(frozen=True, slots=True)
class World:
    """`customers`, one row each, and `truth`: CUST_ID, PERSONA and PERSONA_NUMBER (from 1), in the same order."""

    customers: pa.Table
    truth: pa.Table

    @property
    def labels(self) -> npt.NDArray[np.int32]:
        """Planted persona of each customer, 0-based, shape (n,)."""
        return np.asarray(self.truth["PERSONA_NUMBER"].to_numpy() - 1, dtype=np.int32)


def make_world(n_customers: int = 20_000, seed: int = 0) -> World:
    """Make customers of six personas; the same number and seed give the same world.

    Args:
        n_customers: Customers to make, at least 1.
        seed: Seed of every draw, at least 0.

    Raises:
        BadSetting: If there is nobody to make, or the seed is negative.
    """
    if n_customers < 1 or seed < 0:
        raise BadSetting(
            "A world needs at least one customer and a seed from 0",
            got=f"{n_customers:,} customers, seed {seed}",
            do="use, for example, 20000 customers and seed 0",
        )
    behaviour, people, unrelated = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3))
    labels = _planted(n_customers, behaviour)
    ids = _numbered("C", FIRST_ID, n_customers, "")
    card = card_columns(labels, behaviour)
    described = _described(labels, card["CREDIT_LIMIT"], people)
    customers = pa.table({"CUST_ID": ids, **card, **described, **_unrelated(n_customers, unrelated)})
    names = pa.array([p.name for p in PERSONAS]).take(pa.array(labels))
    return World(customers, pa.table({"CUST_ID": ids, "PERSONA": names, "PERSONA_NUMBER": labels + 1}))


def write_world(folder: Path, world: World) -> None:
    """Write customers.csv, customers-columns.csv (words and units), truth.csv and README.md into `folder`.

    Raises:
        FileTrouble: If the folder cannot be made or written to.
    """
    folder = private_folder(Path(folder))
    _write_csv(folder / "customers.csv", world.customers)
    _write_csv(folder / "truth.csv", world.truth)
    write_text(folder / "customers-columns.csv", _labels_text())
    write_text(folder / "README.md", _readme(world))


def _planted(n: int, rng: np.random.Generator) -> Ints:
    """The personas' shares as exactly as whole customers allow (largest remainder), in random order."""
    wanted = n * np.array([p.share for p in PERSONAS])
    counts = np.floor(wanted).astype(np.int64)
    counts[np.argsort(counts - wanted, kind="stable")[: n - int(counts.sum())]] += 1
    return rng.permutation(np.repeat(np.arange(len(PERSONAS)), counts))


def _described(labels: Ints, limit: pa.Array, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Who they are: mildly related to the persona, never enough to build on."""
    n = len(labels)
    age = np.clip(np.rint(of_persona("age", labels) + 13.0 * rng.standard_normal(n)), 18, 90).astype(np.int64)
    borders = np.cumsum([p.regions for p in PERSONAS], axis=1)[labels, :-1]
    region = (rng.random(n)[:, None] > borders).sum(axis=1)
    standing = np.log(limit.fill_null(3_000).to_numpy()) + 1.2 * rng.standard_normal(n)
    tier = np.searchsorted(np.log([6_000, 25_000]), standing)
    return {
        "AGE": pa.array(age),
        "REGION": pa.array(REGIONS).take(pa.array(region)),
        "TIER": pa.array(TIERS).take(pa.array(tier)),
        "EMAIL": _emails(n, rng),
    }


def _emails(n: int, rng: np.random.Generator) -> pa.Array:
    """Addresses nobody can have: example.com is reserved (RFC 2606)."""
    given = pa.array(GIVEN_NAMES).take(pa.array(rng.integers(len(GIVEN_NAMES), size=n)))
    family = pa.array(FAMILY_NAMES).take(pa.array(rng.integers(len(FAMILY_NAMES), size=n)))
    return pc.binary_join_element_wise(given, family, _numbered("", 1, n, "@example.com"), ".")


def _unrelated(n: int, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Four columns any such file has, which say nothing about the personas."""
    return {
        "APP_LOGINS": pa.array(rng.poisson(rng.gamma(1.6, 11.0, n))),
        "SERVICE_CALLS": pa.array(rng.poisson(rng.gamma(1.2, 0.9, n))),
        "NEWSLETTER_OPEN_RATE": pa.array(np.round(rng.beta(1.6, 2.4, n), 3)),
        "BRANCH_DISTANCE": pa.array(_one_decimal(rng.lognormal(1.6, 0.8, n))),
    }


def _one_decimal(values: Floats) -> Floats:
    return np.maximum(np.round(values, 1), 0.1)


def _numbered(before: str, first: int, n: int, after: str) -> pa.Array:
    """Texts such as C100001, one for each of n numbers from `first`."""
    numbers = pc.cast(pa.array(np.arange(first, first + n)), pa.string())
    return pc.binary_join_element_wise(before, numbers, after, "")


def _write_csv(path: Path, table: pa.Table) -> None:
    """No text here holds a comma or a quote, so nothing is quoted."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        pa_csv.write_csv(table, file, pa_csv.WriteOptions(include_header=False, quoting_style="none"))


def _labels_text() -> str:
    """The labels file: what each column is called, measured in and grouped with."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("column", "words", "unit", "currency", "group"), *LABELS])
    return text.getvalue()


def _readme(world: World) -> str:
    shares = ", ".join(f"{p.name} {100 * p.share:.0f} %" for p in PERSONAS)
    return dedent(f"""\
        # A made-up world of {world.customers.num_rows:,} card customers

        Nobody here exists, and every figure is invented.

        - `customers.csv`: one row a customer, `CUST_ID` first. `customers-columns.csv` gives each column its words.
        - `truth.csv`: the persona each customer was made from. Look only after guessing.

        Six personas were planted: {shares}.

        What was built in:
        - PURCHASES = ONEOFF_PURCHASES + INSTALLMENTS_PURCHASES, to the cent.
        - MINIMUM_PAYMENTS is blank where PAYMENTS = 0, and CREDIT_LIMIT is blank where TENURE = 6.
        - Frequencies are months with a use out of the months on book, so they lie between 0 and 1.
        - AGE, REGION and TIER lean a little towards personas. APP_LOGINS, SERVICE_CALLS, NEWSLETTER_OPEN_RATE and
          BRANCH_DISTANCE have nothing to do with them.
        - Addresses end in example.com, which nobody can own.
        """)
