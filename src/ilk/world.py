"""A made-up world of card customers with known personas: nothing to bring for a first look, and a truth to be held to.

Six personas pay with one card; `worlds/` says what they do. Small habits now and then run through all of them, so that
the pattern of zeros alone misleads. What people follow, answer and order tells of a second side of them, which the card
does not show. Every person and every figure is invented.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
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
from ilk.worlds.traces import activity_log, order_list, survey_answers, wants_of
from ilk.worlds.wants import DEVICES, KINDS, STATEMENTS, WANTS, kind_names

FIRST_ID = 100_001
"""Number of the first customer; ids look like C100001."""


@dataclass(frozen=True, slots=True)
class World:
    """`customers`, one row each, and in the same order `truth`: CUST_ID, and what each was made from.

    PERSONA (numbered from 1) is how the card is used, WANT what the customer is after, KIND both.
    """

    customers: pa.Table
    truth: pa.Table

    @property
    def labels(self) -> npt.NDArray[np.int32]:
        """Planted persona of each customer, 0-based, shape (n,)."""
        return np.asarray(self.truth["PERSONA_NUMBER"].to_numpy() - 1, dtype=np.int32)

    @property
    def kinds(self) -> npt.NDArray[np.int32]:
        """Planted kind of each customer, persona and want together, 0-based, shape (n,)."""
        return np.asarray(self.truth["KIND_NUMBER"].to_numpy() - 1, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Traces:
    """What the same customers left elsewhere: `activity`, a log; `survey`, a row a respondent; `orders`, a row each."""

    activity: pa.Table
    survey: pa.Table
    orders: pa.Table


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
    behaviour, people, unrelated, wishes = _streams(seed, range(4))
    labels = _planted(n_customers, behaviour)
    ids = _numbered("C", FIRST_ID, n_customers, "")
    card = card_columns(labels, behaviour)
    described = _described(labels, card["CREDIT_LIMIT"], people)
    customers = pa.table({"CUST_ID": ids, **card, **described, **_unrelated(n_customers, unrelated)})
    return World(customers, _truth(ids, labels, wants_of(labels, wishes)))


def make_traces(world: World, seed: int = 0) -> Traces:
    """Make what the customers of a world left elsewhere; nine in ten are in the log, six in ten in the survey.

    Args:
        world: From `make_world`.
        seed: The one the world was made with, or another for other traces of the same people.
    """
    log, answers, orders = _streams(seed, range(4, 7))
    ids = world.customers["CUST_ID"].combine_chunks()
    wants = np.array([want for _, want in KINDS])[world.kinds]
    return Traces(activity_log(ids, wants, log), survey_answers(ids, wants, answers), order_list(ids, wants, orders))


def write_world(folder: Path, world: World, traces: Traces | None = None) -> None:
    """Write customers.csv, customers-columns.csv (words and units), truth.csv and README.md into `folder`.

    With `traces` also activity.csv, survey.csv, survey-columns.csv and orders.csv.

    Raises:
        FileTrouble: If the folder cannot be made or written to.
    """
    folder = private_folder(Path(folder))
    _write_csv(folder / "customers.csv", world.customers)
    _write_csv(folder / "truth.csv", world.truth)
    write_text(folder / "customers-columns.csv", _labels_text(LABELS))
    write_text(folder / "README.md", _readme(world, traces))
    if traces is not None:
        _write_csv(folder / "activity.csv", traces.activity)
        _write_csv(folder / "survey.csv", traces.survey)
        _write_csv(folder / "orders.csv", traces.orders)
        write_text(folder / "survey-columns.csv", _labels_text(_survey_labels()))


def _streams(seed: int, numbers: range) -> tuple[np.random.Generator, ...]:
    """Random numbers for one part of the world each, so that a new part changes no other."""
    return tuple(np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(i,))) for i in numbers)


def _truth(ids: pa.Array, labels: Ints, wants: Ints) -> pa.Table:
    kinds = np.array([KINDS.index(pair) for pair in zip(labels.tolist(), wants.tolist(), strict=True)], np.int64)
    return pa.table(
        {
            "CUST_ID": ids,
            "PERSONA": pa.array([p.name for p in PERSONAS]).take(pa.array(labels)),
            "PERSONA_NUMBER": labels + 1,
            "WANT": pa.array([w.name for w in WANTS]).take(pa.array(wants)),
            "KIND": pa.array(kind_names()).take(pa.array(kinds)),
            "KIND_NUMBER": kinds + 1,
        }
    )


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


def _labels_text(labels: Sequence[tuple[str, ...]]) -> str:
    """The labels file: what each column is called, measured in and grouped with."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("column", "words", "unit", "currency", "group"), *labels])
    return text.getvalue()


def _survey_labels() -> list[tuple[str, ...]]:
    items = [(f"Q{j + 1}", short, "", "", "Attitudes") for j, (_, short) in enumerate(STATEMENTS)]
    return [("CUST_ID", "customer number", "", "", ""), *items, ("WAYS", "ways to reach the bank", "", "", "Contacts")]


def _readme(world: World, traces: Traces | None) -> str:
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
        """) + ("" if traces is None else _about(traces))


def _about(traces: Traces) -> str:
    n_events, n_answers, n_orders = (t.num_rows for t in (traces.activity, traces.survey, traces.orders))
    kinds = "; ".join(kind_names())
    return dedent(f"""
        ## What the same people left elsewhere

        - `activity.csv`: {n_events:,} things they followed, one row each.
        - `survey.csv`: what {n_answers:,} of them answered, from 1 (disagree) to 5 (agree), and in WAYS which of
          {len(DEVICES)} ways to reach the bank they use, several in a cell. `survey-columns.csv` has the statements.
        - `orders.csv`: {n_orders:,} orders; an amount below 0 was sent back.

        People of the two largest personas want two things each, which only these files lean on; the others want
        nothing special. This makes {len(KINDS)} kinds: {kinds}.
        No single file tells these apart; all together do.

            ilk segment customers.csv --activity activity.csv --survey survey.csv --orders orders.csv
        """)
