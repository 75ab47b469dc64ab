"""How good the answers are: planted personas, labelled sets, the verdict, certainty, split personas.

usage: quality.py [PART...] [--seeds 100..109]
Parts: world sets blobs shapeless certainty split; all of them when none is named.
Seeds 0 to 99 of the world are for development, 100 to 199 for the figures.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from labelled import labelled_sets
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler
from table import Table, goal

import ilk
from ilk.model.evidence import Candidate
from ilk.settings import Settings
from ilk.study import Study
from ilk.world import World, make_world
from ilk.worlds.people import PERSONAS

CARDS = Path(__file__).resolve().parents[2] / "shared" / "data" / "credit-card" / "customers.csv"
TOO_MANY = len(PERSONAS) + 2
WHOLE, PURE = 0.8, 0.8
"""Jaccard overlap from which a segment is a whole persona; share of one persona from which it is a part of it."""


# ---------------------------------------------------------------- the usual way


def by_silhouette(features: NDArray[np.float64], highest: int, rows: int = 4_000) -> NDArray[np.int32]:
    """Labels of scikit-learn's k-means at the k of best silhouette, judged on at most `rows` rows."""
    some = np.random.default_rng(0).permutation(len(features))[:rows]
    fits = [KMeans(k, n_init=10, random_state=0).fit(features[some]) for k in range(2, highest + 1)]
    best = max(fits, key=lambda fit: silhouette_score(features[some], fit.labels_))
    return best.predict(features)


def plain_features(world: World) -> NDArray[np.float64]:
    """As most people prepare such a file: medians for blanks, log1p of long tails, standardised."""
    columns = []
    for name in world.customers.column_names:
        if pa.types.is_string(world.customers[name].type) or name == "AGE":
            continue
        x = world.customers[name].to_numpy().astype(float)
        x = np.where(np.isnan(x), np.nanmedian(x), x)
        columns.append(np.log1p(x) if x.max() > 12 else x)
    return StandardScaler().fit_transform(np.array(columns).T)


# ---------------------------------------------------------------- the parts


def world_part(seeds: range) -> Table:
    """Planted personas: is k found, and are the personas?"""
    rows, right, near, usual_right = [], 0, 0, 0
    for seed in seeds:
        world = make_world(seed=seed)
        study = ilk.segment(world.customers, settings=Settings())
        usual = by_silhouette(plain_features(world), 10)
        found = adjusted_rand_score(world.labels, segments_of(study, world.customers))
        right += study.k == len(PERSONAS)
        near += found >= 0.95
        usual_right += len(np.unique(usual)) == len(PERSONAS)
        neutral = study.model.evidence.neutral_k
        usual_found = adjusted_rand_score(world.labels, usual)
        row = (seed, study.k, neutral, study.verdict, f"{found:.3f}", len(np.unique(usual)), f"{usual_found:.3f}")
        rows.append(told(row))
    n = len(seeds)
    return Table(
        "Planted personas: six of them, 20,000 customers",
        ("world", "k", "neutral k", "verdict", "ARI", "k by silhouette", "ARI by silhouette"),
        tuple(rows),
        (
            goal(f"k is six in {right} of {n} worlds, nine in ten wanted", met=right >= 0.9 * n),
            goal(f"ARI of at least 0.95 in {near} of {n}, nine in ten wanted", met=near >= 0.9 * n),
            f"scikit-learn's k-means with the best silhouette finds six in {usual_right} of {n}",
        ),
    )


def sets_part(_: range) -> Table:
    """Labelled sets: the neutral k of Segmenter against the k of best silhouette, both over 2 to 20."""
    rows, right, usual_right, scores, usual_scores = [], 0, 0, [], []
    for one in labelled_sets():
        mine = ilk.Segmenter(n_segments="auto", random_state=0).fit(one.features).labels_
        usual = by_silhouette(one.features, 20)
        k, usual_k = len(np.unique(mine)), len(np.unique(usual))
        right, usual_right = right + (k == one.k), usual_right + (usual_k == one.k)
        scores.append(adjusted_rand_score(one.labels, mine))
        usual_scores.append(adjusted_rand_score(one.labels, usual))
        rows.append(told((one.name, one.k, k, f"{scores[-1]:.2f}", usual_k, f"{usual_scores[-1]:.2f}")))
    share, mean, usual_mean = right / len(rows), np.mean(scores), np.mean(usual_scores)
    return Table(
        f"{len(rows)} labelled sets",
        ("set", "true k", "ilk's k", "ARI", "silhouette's k", "ARI"),
        tuple(rows),
        (
            goal(f"the true k on {share:.0%} of the sets, 60% wanted", met=share >= 0.6),
            goal(
                f"mean ARI {mean:.3f} against {usual_mean:.3f}, 0.05 more wanted", met=bool(mean >= usual_mean + 0.05)
            ),
            f"silhouette finds the true k on {usual_right / len(rows):.0%}",
        ),
    )


def blobs_part(_: range) -> Table:
    """Five groups in eight dimensions that overlap more and more: what valley and verdict say."""
    rows = []
    for spread in (1.6, 3.2, 4.0, 5.0):
        for seed in (0, 1, 2):
            features, labels = make_blobs(4_000, 8, centers=5, cluster_std=spread, random_state=seed)
            middles = np.array([features[labels == j].mean(axis=0) for j in range(5)])
            nearest = ((features[:, None] - middles) ** 2).sum(axis=2).argmin(axis=1)
            study = ilk.segment(numbers(features), settings=Settings(k=(5, 5)))
            possible = f"{adjusted_rand_score(labels, nearest):.2f}"
            found = f"{adjusted_rand_score(labels, segments_of(study, numbers(features))):.2f}"
            rows.append(told((spread, seed, possible, found, *evidence_row(study))))
    return Table(
        "Blobs at four overlaps, k = 5", ("spread", "seed", "ARI of true centres", "ARI", *EVIDENCE), tuple(rows)
    )


def shapeless_part(seeds: range) -> Table:
    """Tables without groups: the verdict must be "constructed"."""
    rows, right, cards = [], 0, []
    tables = shapeless_tables(len(seeds))
    for name, table in tables:
        study = ilk.segment(table, settings=Settings())
        right += study.verdict == "constructed"
        cards += [study.verdict == "constructed"] if "cards" in name else []
        rows.append(told((name, study.k, *evidence_row(study))))
    return Table(
        "Tables without groups",
        ("table", "k", *EVIDENCE),
        tuple(rows),
        (
            goal(f"constructed on {right} of {len(rows)} tables", met=right >= 0.9 * len(rows)),
            goal(f"of these copula nulls of the card customers {sum(cards)} of {len(cards)}", met=many(cards, 0.9)),
        ),
    )


def certainty_part(_: range) -> Table:
    """Card customers with random blanks: is certainty the share that is right?"""
    customers = pa_csv.read_csv(CARDS)
    study = ilk.segment(customers, settings=Settings())
    builds = [c.plan.column for c in study.model.content.columns if c.plan.use == "builds"]
    rng = np.random.default_rng(0)
    n_blank = rng.integers(1, len(builds), size=customers.num_rows)
    order = rng.permuted(np.tile(np.arange(len(builds)), (customers.num_rows, 1)), axis=1)
    blanked = customers
    for i, name in enumerate(builds):
        kept = pa.array(order[:, i] >= n_blank)
        at = customers.column_names.index(name)
        column = pc.if_else(kept, customers[name], pa.scalar(None, customers[name].type))
        blanked = blanked.set_column(at, name, column)
    whole, partly = study.model.assign(customers).table, study.model.assign(blanked).table
    both = partly.join(whole.select(["CUST_ID", "segment"]), "CUST_ID", right_suffix="_whole").sort_by("CUST_ID")
    sure = both["certainty"].to_numpy()
    correct = both["segment"].to_numpy() == both["segment_whole"].to_numpy()
    rows, worst = [], 0.0
    for fifth, part in enumerate(np.array_split(np.argsort(sure, kind="stable"), 5), start=1):
        says, holds = sure[part].mean(), correct[part].mean()
        worst = max(worst, abs(says - holds))
        rows.append(told((fifth, len(part), f"{says:.3f}", f"{holds:.3f}", f"{says - holds:+.3f}")))
    return Table(
        f"Certainty: {len(sure):,} card customers with random blanks, k = {study.k}",
        ("fifth", "customers", "certainty", "right", "difference"),
        tuple(rows),
        (goal(f"within 0.05 in every fifth; the worst is off by {worst:.3f}", met=worst <= 0.05),),
    )


def split_part(seeds: range) -> Table:
    """Two segments too many: halves of a split persona must not be called reliable, whole personas must."""
    rows, halves_right, wholes_right = [], [], []
    for seed in seeds:
        world = make_world(seed=seed)
        study = ilk.segment(world.customers, settings=Settings(k=(TOO_MANY, TOO_MANY)))
        kinds = kinds_of(world.labels, segments_of(study, world.customers), study.k)
        trust = [segment.trust.slsw if segment.trust else 0.0 for segment in study.segments]
        reliable = [segment.trust is not None and segment.trust.word == "reliable" for segment in study.segments]
        halves = [not ok for ok, kind in zip(reliable, kinds, strict=True) if kind == "part"]
        wholes = [ok for ok, kind in zip(reliable, kinds, strict=True) if kind == "whole"]
        halves_right.append(all(halves))
        wholes_right.append(all(wholes))
        cells = [
            ", ".join(f"{t:.2f}" for t, kind in zip(trust, kinds, strict=True) if kind == wanted)
            for wanted in ("whole", "part", "mixed")
        ]
        rows.append(told((seed, *cells, halves_right[-1], wholes_right[-1])))
    return Table(
        "Two segments too many: trust (SLSw) of each segment",
        ("world", "whole personas", "parts of a persona", "mixed", "no part reliable", "every whole one reliable"),
        tuple(rows),
        (
            goal(
                f"no part reliable in {sum(halves_right)} of {len(rows)}, 8 of 10 wanted", met=many(halves_right, 0.8)
            ),
            goal(
                f"whole ones reliable in {sum(wholes_right)} of {len(rows)}, 9 of 10 wanted",
                met=many(wholes_right, 0.9),
            ),
        ),
    )


# ---------------------------------------------------------------- what the parts need


EVIDENCE = ("verdict", "stability", "null high", "valley")


def evidence_row(study: Study) -> tuple[str, ...]:
    """Verdict and what it rests on, at the k that was chosen."""
    shown: Candidate = study.model.evidence.candidate(study.k)
    stability = shown.stability.median if shown.stability else None
    figures = (f"{x:.2f}" if x is not None else "-" for x in (stability, shown.null_high, shown.valley))
    return (str(study.verdict), *figures)


def segments_of(study: Study, table: pa.Table) -> NDArray[np.int64]:
    """The segment of each row of `table`, in its order."""
    assigned = study.assignments
    if assigned.num_rows != table.num_rows:
        raise SystemExit(f"{table.num_rows - assigned.num_rows} customers were not assigned")
    key = assigned.column_names[0]
    if key not in table.column_names:
        return assigned.sort_by(key)["segment"].to_numpy()
    place = np.argsort(np.argsort(table[key].to_numpy().astype(str)))
    return assigned.sort_by(key)["segment"].to_numpy()[place]


def kinds_of(truth: NDArray[np.int32], segments: NDArray[np.int64], k: int) -> list[str]:
    """What each segment is: a whole persona, a part of one, or mixed."""
    counts = np.zeros((k, len(PERSONAS)))
    np.add.at(counts, (segments - 1, truth), 1)
    sizes, personas = counts.sum(axis=1), counts.sum(axis=0)
    kinds = []
    for j in range(k):
        main = int(counts[j].argmax())
        overlap = counts[j, main] / (sizes[j] + personas[main] - counts[j, main])
        kinds.append("whole" if overlap >= WHOLE else "part" if counts[j, main] >= PURE * sizes[j] else "mixed")
    return kinds


def numbers(features: NDArray[np.float64]) -> pa.Table:
    """Features as a table of plain numbers."""
    ids = pa.array([f"R{i:06d}" for i in range(len(features))])
    return pa.table({"id": ids, **{f"measure_{j + 1}": features[:, j] for j in range(features.shape[1])}})


def shapeless_tables(n: int) -> list[tuple[str, pa.Table]]:
    """Gaussian, even and heavy-tailed tables, and copula nulls of the card customers."""
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((8, 8))
    found = [
        ("independent Gaussian", numbers(rng.standard_normal((4_000, 8)))),
        ("correlated Gaussian", numbers(rng.standard_normal((4_000, 8)) @ mixing)),
        ("even in a box", numbers(rng.random((4_000, 6)))),
        ("heavy tails", numbers(np.exp(rng.standard_normal((4_000, 3)) @ mixing[:3]))),
    ]
    cards = pa_csv.read_csv(CARDS) if CARDS.is_file() else None
    return found + (
        [] if cards is None else [(f"cards, copula null {i + 1}", copula_null(cards, rng)) for i in range(n)]
    )


def copula_null(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """The same margins and rank correlations, the same blanks, and no groups (Gaussian copula)."""
    names = [name for name in table.column_names if not pa.types.is_string(table[name].type)]
    real = np.array([table[name].to_numpy().astype(float) for name in names])
    ranks = rankdata(np.nan_to_num(real, nan=0.0), axis=1) / (real.shape[1] + 1)
    factor = np.linalg.cholesky(np.corrcoef(norm.ppf(ranks)) + 1e-6 * np.eye(len(names)))
    drawn = factor @ rng.standard_normal(real.shape)
    for j, name in enumerate(names):
        kept = ~np.isnan(real[j])
        column = np.full(real.shape[1], np.nan)
        column[kept] = np.sort(real[j][kept])[np.argsort(np.argsort(drawn[j][kept]))]
        table = table.set_column(table.column_names.index(name), name, pa.array(column, from_pandas=True))
    return table


def many(held: list[bool], share: float) -> bool:
    """Whether at least this share of them held."""
    return sum(held) >= share * len(held)


def told(row: tuple[object, ...]) -> tuple[str, ...]:
    """The row as texts, said on stderr while the rest is measured."""
    texts = tuple(str(cell) for cell in row)
    print("  ".join(texts), file=sys.stderr, flush=True)
    return texts


PARTS: dict[str, Callable[[range], Table]] = {
    "world": world_part,
    "sets": sets_part,
    "blobs": blobs_part,
    "shapeless": shapeless_part,
    "certainty": certainty_part,
    "split": split_part,
}


def main() -> None:
    """Measure the parts that were named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--seeds", default="100..109", help="worlds to make, such as 0..9 while developing")
    given = parser.parse_args()
    first, last = map(int, given.seeds.split(".."))
    for part in given.part or PARTS:
        start = time.perf_counter()
        print(PARTS[part](range(first, last + 1)))
        print(f"\n({part}: {time.perf_counter() - start:.0f} s)\n", flush=True)


if __name__ == "__main__":
    main()
