"""A whole Content made from any table of numbers, without the rooms that make the real one."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ilk.features.plans import ColumnPlan, Gap, Identity, Label, Recipe, Theme, Transform
from ilk.model.evidence import Candidate, Evidence, Flow, Spread
from ilk.model.model import Model
from ilk.model.parts import (
    Centres,
    ColumnSummary,
    Comparison,
    Content,
    Descriptor,
    Fidelity,
    Map,
    Marker,
    Persona,
    Profile,
    Provenance,
    Reference,
    Rule,
    Segment,
    Solution,
    Trust,
)
from ilk.settings import Settings
from ilk.sources.source import ColumnFacts, Dialect, Intake, Note

N_BINS = 16
ROLES = {"share": "share", "count": "count", "number": "number"}


def customers(n=600, seed=0):
    """Three kinds of customers, eight columns; blanks, zeros and tails as real tables have them."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    spend = rng.lognormal(np.array([4.0, 6.0, 7.5])[kind], 0.6)
    cash = np.where(rng.random(n) < np.array([0.9, 0.2, 0.7])[kind], 0.0, rng.lognormal(6, 1, n))
    visits = rng.poisson(np.array([2, 20, 8])[kind]).astype(float)
    paid = np.where(rng.random(n) < 0.04, np.nan, rng.lognormal(5, 1, n))
    share = np.clip(rng.beta(2, 5, n) + 0.2 * kind, 0, 1)
    return {
        "SPEND_TOTAL": spend,
        "CASH_ADVANCE": cash,
        "VISITS": visits,
        "PAID": paid,
        "FULL_PAYMENT_SHARE": share,
        "BALANCE": rng.lognormal(6, 1.2, n),
        "ONLINE_SHARE": rng.beta(2, 2, n),
        "TENURE": rng.integers(1, 13, n).astype(float),
    }


def model_of(
    table: dict[str, np.ndarray], *, k: int = 4, ks=range(1, 8), roles=None, describe=None, **content
) -> Model:
    """Columns of numbers (NaN = missing) -> a model; `describe` are texts that only describe."""
    made = content_of(table, k=k, ks=ks, roles=roles or {}, describe=describe or {})
    return Model(replace(made, **content))


def content_of(table, *, k, ks, roles, describe):
    plans = {name: _plan(name, roles.get(name, "amount")) for name in table}
    features = _features(table)
    grids = {one: _kmeans(features, one) for one in ks}
    summaries = {name: _summary(plans[name], values) for name, values in table.items()}
    words = {name: _describing(name, values) for name, values in describe.items()}
    solutions = tuple(_solution(one, grids[one], table, features, summaries, describe) for one in ks)
    n = len(features)
    return Content(
        recipe=Recipe(tuple(Transform(c, plans[c].role, "plain", 1.0, -9, 9, (0.0,), 1.0, 1.0) for c in table)),
        columns=(*summaries.values(), *words.values()),
        k=k,
        solutions=solutions,
        evidence=_evidence(k, ks, grids, n),
        reference=_reference(features),
        map=_map(features, list(table)),
        correlation_columns=tuple(table),
        correlation=tuple(map(tuple, np.corrcoef(features.T).tolist())),
        identities=(Identity(next(iter(table)), tuple(table)[1:3], 0.998),),
        gaps=tuple(_gap(c, v, next(iter(table))) for c, v in table.items() if np.isnan(v).mean() > 0.001),
        comparison=None,
        warnings=(Note("near-doubles", f"{next(iter(table))} and {tuple(table)[1]} say nearly the same."),),
        provenance=_provenance(n),
        value_column=next((c for c in table if roles.get(c, "amount") == "amount"), None),
    )


def comparison_of(model: Model, column: str) -> Comparison:
    sizes = np.array([s.size for s in model.segments])
    table = np.outer(sizes, [0.5, 0.3, 0.2]).astype(int)
    rows = tuple(tuple(None if cell < 10 else int(cell) for cell in row) for row in table)
    return Comparison(column, ("bronze", "silver", "gold"), rows, 0.12, (("spend", 0.41, 0.18),))


def _plan(name, role):
    words = name.replace("_", " ").lower()
    return ColumnPlan(
        name, role, role, "builds", f"numbers, read as {role}", Label(words, currency="$" * (role == "amount"))
    )


def _features(table):
    columns = []
    for values in table.values():
        scale = np.nanmedian(values[values > 0]) if np.any(values > 0) else 1.0
        shaped = np.log1p(np.clip(values, 0, None) / scale) if np.nanmin(values) >= 0 else values
        shaped = np.where(np.isnan(shaped), np.nanmean(shaped), shaped)
        columns.append((shaped - shaped.mean()) / (shaped.std() or 1))
    return np.column_stack(columns)


def _kmeans(features, k):
    from sklearn.cluster import KMeans

    fit = KMeans(k, n_init=2, random_state=0).fit(features)
    order = np.argsort(-np.bincount(fit.labels_, minlength=k), kind="stable")
    return fit.cluster_centers_[order], np.argsort(order)[fit.labels_], fit.inertia_


def _edges(values):
    positive = values[values > 0]
    if np.nanmin(values) >= 0 and len(positive) and np.nanmax(positive) > 20 * np.nanmedian(positive):
        low, high = np.nanquantile(positive, [0.01, 0.99])
        return np.geomspace(low, high, N_BINS + 1)
    return np.linspace(np.nanmin(values), max(np.nanmax(values), np.nanmin(values) + 1e-6), N_BINS + 1)


def _profile(name, values, edges, d=None):
    here = values[~np.isnan(values)]
    if len(here) < 10:
        return Profile(name, len(here), len(values) - len(here))
    positive = np.clip(here[here != 0], edges[0], edges[-1])
    bins = tuple(int(b) if b == 0 or b >= 10 else None for b in np.histogram(positive, edges)[0])
    low, high = np.quantile(here, [0.05, 0.95])
    return Profile(
        name,
        len(here),
        len(values) - len(here),
        float(here.mean()),
        float(here.std()),
        float(np.median(here)),
        float(low),
        float(high),
        int((here == 0).sum()),
        d,
        float(here.sum()),
        bins,
    )


def _summary(plan, values):
    edges = _edges(values)
    here = values[~np.isnan(values)]
    facts = ColumnFacts(
        plan.column,
        "number",
        len(values),
        int(np.isnan(values).sum()),
        len(np.unique(here)),
        int((here == 0).sum()),
        0,
        float(here.min()),
        float(here.max()),
        False,
        0,
        (),
    )
    return ColumnSummary(plan, facts, _profile(plan.column, values, edges), tuple(edges.tolist()), (), 1.0)


def _describing(name, values):
    levels = tuple(sorted(set(values)))
    counts = tuple(values.count(level) for level in levels)
    plan = ColumnPlan(name, "descriptor", "category", "describes", "its name describes people", Label(name.lower()))
    facts = ColumnFacts(
        name, "text", len(values), 0, len(levels), 0, 0, None, None, False, 0, tuple(zip(levels, counts, strict=True))
    )
    return ColumnSummary(plan, facts, Profile(name, len(values), 0, levels=counts), (), levels)


def _solution(k, grid, table, features, summaries, describe):
    centres, labels, _ = grid
    segments = tuple(_segment(j, k, labels, table, features, summaries, describe) for j in range(k))
    themes = tuple(Theme(tuple(pair), 1.0 / (i + 1.5)) for i, pair in enumerate(_pairs(list(table))))
    share = np.bincount(labels, minlength=k)
    confusion = (np.diag(share * 0.18) + np.outer(share, share) * 0.02 / len(labels)).astype(int)
    fidelity = Fidelity(
        0.86,
        0.82,
        0.93,
        tuple(confusion.diagonal() / confusion.sum(1)),
        tuple(map(tuple, confusion.tolist())),
        2 * k,
        int(confusion.sum()),
    )
    descriptors = tuple(Descriptor(c, 0.21, "Cramer's V", 0.0004, f"{c.lower()} differs a little") for c in describe)
    return Solution(
        k,
        Centres(tuple(map(tuple, centres.tolist()))),
        segments,
        fidelity if k > 1 else None,
        themes,
        descriptors,
        (),
        tuple(np.linspace(0, 8, 101).tolist()),
        (),
    )


def _pairs(names):
    return [names[i : i + 3] for i in range(0, len(names), 3)]


def _segment(j, k, labels, table, features, summaries, describe):
    here = labels == j
    d = features[here].mean(0)
    profiles = [
        _profile(c, v[here], np.array(summaries[c].edges), float(d[i])) for i, (c, v) in enumerate(table.items())
    ]
    profiles += [
        Profile(
            c, int(here.sum()), 0, levels=tuple(int(np.sum(np.array(v)[here] == level)) for level in sorted(set(v)))
        )
        for c, v in describe.items()
    ]
    strong = sorted(range(len(d)), key=lambda i: -abs(d[i]))
    columns = list(table)
    markers = tuple(
        _marker(columns[i], i, d[i], profiles[i], summaries[columns[i]]) for i in strong if abs(d[i]) >= 0.5
    )
    shares = tuple(
        (c, float(np.nansum(v[here]) / (np.nansum(v) or 1)))
        for c, v in table.items()
        if summaries[c].plan.role == "amount"
    )
    size, slsw = int(here.sum()), 0.95 - 0.13 * ((j * 7 + k) % 4)
    word = "reliable" if slsw >= 0.75 else "a pattern" if slsw >= 0.6 else "do not rely on it"
    name = " and ".join(
        f"{'high' if m.direction == 'high' else 'low'} {m.column.replace('_', ' ').lower()}" for m in markers[:2]
    )
    name = (name or "Middle of the road").capitalize()[:40]
    sentence = f"{size:,} customers ({size / len(labels):.0%}): " + "; ".join(m.text for m in markers[:2]) + "."
    rules = (Rule(f"{columns[0]} > 412 and {columns[1]} <= 3.5", 0.91, 0.74), Rule(f"{columns[0]} <= 412", 0.66, 0.11))
    persona = Persona(name, sentence, markers, rules, tuple(f"{c.lower()} is a bit more often A" for c in describe))
    return Segment(
        j + 1,
        f"{j + 1:02d}{k:02d}abcdef12"[:12],
        size,
        size / len(labels),
        persona,
        Trust(slsw, word),
        tuple(profiles),
        shares,
        (j + 1) % k + 1 if k > 1 else None,
        (j + 2) % k + 1 if k > 2 else None,
        4.0,
    )


def _marker(column, theme, d, profile, summary):
    everyone = summary.everyone.mean
    index = 100 * profile.mean / everyone if everyone and everyone > 0 and profile.mean is not None else None
    words = summary.plan.label.words
    return Marker(
        column,
        theme // 3,
        "high" if d > 0 else "low",
        float(d),
        index,
        f"{words} {profile.mean:,.0f} against {everyone:,.0f}" if profile.mean is not None else words,
    )


def _evidence(k, ks, grids, n):
    candidates = tuple(_candidate(one, grids[one], n) for one in ks)
    flows = tuple(_flow(a, b, grids) for a, b in pairwise(ks))
    return Evidence(
        candidates,
        flows,
        k,
        2,
        k,
        3,
        "reproducible",
        "The same segments come back when we ask again with other customers, and more clearly than chance allows, "
        "but they shade into each other: where one ends and the next begins is a choice.",
        ("valley",),
        f"The plain evidence says 2; we show {k}, because two groups are seldom enough to act on; "
        "-k 2 takes the other.",
        min(n, 10_000),
    )


def _candidate(k, grid, n):
    shares = np.bincount(grid[1], minlength=k) / n
    one = k == 1
    median = 0.97 - 0.028 * k + 0.03 * (k % 2)
    return Candidate(
        k,
        float(grid[2]),
        None if one else 0.34 - 0.02 * k,
        None if one else 0.4 - 0.02 * k,
        None if one else 2100.0 / k,
        None if one else 1.1 + 0.1 * k,
        0.2 + 0.02 * k,
        0.004,
        1.0 if one else 0.95 - 0.07 * k,
        None if one else Spread(median, median - 0.09, min(median + 0.04, 1.0), 100),
        None if one else Spread(0.9 - 0.05 * k, 0.8 - 0.05 * k, 0.95 - 0.05 * k, 20),
        None if one else 0.96 - 0.05 * k,
        None if one else 0.96 - 0.03 * abs(k - 3),
        None if one else 0.62,
        float(shares.max()),
        float(shares.min()),
        k * 0.9,
        3 <= k <= 6,
    )


def _flow(a, b, grids):
    table = np.zeros((b, a))
    np.add.at(table, (grids[b][1], grids[a][1]), 1)
    table /= np.maximum(table.sum(1, keepdims=True), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.where(table > 0, table * np.log(table), 0).sum(1)
    return Flow(
        b, tuple(map(tuple, table.tolist())), tuple(None if a == 1 else float(1 - e / np.log(a)) for e in entropy)
    )


def _reference(features):
    if len(features) < 100:
        return None
    groups = np.array_split(np.lexsort(features.T), min(800, len(features) // 10))
    points = np.array([features[g].mean(0) for g in groups])
    xy = points @ _axes(features).T
    return Reference(tuple(map(tuple, points.tolist())), tuple(map(len, groups)), tuple(map(tuple, xy.tolist())))


def _axes(features):
    return np.linalg.svd(features - features.mean(0), full_matrices=False)[2][:2]


def _map(features, names):
    axes = _axes(features)
    words = tuple(
        (
            f"low {names[int(np.argmax(a))].lower().replace('_', ' ')}",
            f"high {names[int(np.argmax(a))].lower().replace('_', ' ')}",
        )
        for a in axes
    )
    variance = (features @ axes.T).var(0) / features.var(0).sum()
    return Map((0.0,) * features.shape[1], tuple(map(tuple, axes.tolist())), tuple(variance.tolist()), words)


def _gap(column, values, other):
    n = int(np.isnan(values).sum())
    return Gap(column, n, f"{other} = 0", 240 / 313, 1.0, 0.31)


def _provenance(n):
    intake = Intake(
        "customers",
        n + 3,
        n,
        2,
        1,
        Dialect("utf-8", ",", '"', ".", "", "\\n", True, 0),
        "CUST_ID",
        (Note("bom", "The file begins with a byte-order mark; it was skipped."),),
    )
    return Provenance(
        "0.1.0",
        "2026-11-23T15:30:00+00:00",
        "kmeans",
        0,
        Settings().model_dump_json(),
        "ab" * 32,
        intake,
        "customers.csv",
        n,
        n - 1,
        3,
        "CUST_ID",
    )
