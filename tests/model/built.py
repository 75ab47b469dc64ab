"""A whole model from any table, by the rooms below this one; what the rooms above would add is made up plainly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from ilk.cluster.ensemble import fit_many
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.micro import micro_segments
from ilk.cluster.nearest import nearest_two
from ilk.cluster.scorer import ByCentres
from ilk.engines.tiles import tiles_of
from ilk.features.labels import made_label
from ilk.features.recipe import apply, fit_recipe
from ilk.features.roles import plan_columns
from ilk.model.edits import View, larger_first
from ilk.model.evidence import Candidate, Evidence, Spread
from ilk.model.model import Model
from ilk.model.parts import (
    Centres,
    ColumnSummary,
    Content,
    Map,
    Persona,
    Profile,
    Provenance,
    Reference,
    Segment,
    Solution,
    Trust,
)
from ilk.model.scorers import distances, scores, scoring_of
from ilk.profile.describe import Grouping, describe_solutions
from ilk.profile.ready import Subject
from ilk.profile.segments import distance_limits, distance_quantiles
from ilk.settings import Settings
from ilk.sources.open import open_source
from ilk.sources.sampling import in_hash_order

N_BOOTSTRAPS = 20


def build(table, *, ks=(2, 3, 4), k=3, bootstraps=N_BOOTSTRAPS, personas=False, **settings) -> Model:
    """Segment a table (path or frame) without the evidence; names are "Kind 1", "Kind 2", ... unless described."""
    wanted = Settings(**settings)
    source = open_source(table, wanted)
    batches = list(source.batches([f.column for f in source.facts()]))
    facts = source.facts()
    sample = pa.Table.from_batches(batches)
    labels = {f.column: made_label(f.column) for f in facts}
    plans = plan_columns(facts, sample, labels, wanted, source.intake)
    fitted = fit_recipe(sample, plans, wanted)
    matrix = apply(fitted.recipe, sample)
    order = in_hash_order(source.hashes(), source.ids(), len(matrix))
    columns = tuple(_summary(plan, fact, sample) for plan, fact in zip(fitted.plans, facts, strict=True))
    p = matrix.shape[1]
    content = Content(
        recipe=fitted.recipe,
        columns=columns,
        k=k,
        solutions=(),
        evidence=_evidence(ks, k),
        reference=_reference(matrix, order),
        map=Map((0.0,) * p, tuple((float(i == 0), float(i == 1)) for i in range(p)), (0.3, 0.2), (("a", "b"),) * 2),
        correlation_columns=(),
        correlation=(),
        identities=fitted.identities,
        gaps=(),
        comparison=None,
        warnings=fitted.notes,
        provenance=Provenance(
            "0.1.0", "2026-11-23T10:00:00Z", "kmeans", 0, "{}", "f" * 64, source.intake, source.intake.name,
            len(matrix), len(matrix), 0, source.intake.id_column,
        ),
    )  # fmt: skip
    solutions = tuple(_solution(content, matrix, sample, order, one, bootstraps) for one in ks)
    content = replace(content, solutions=solutions)
    if personas:
        subject = Subject(sample, fitted.plans, facts, fitted.recipe, matrix, order, (), (), wanted, "f" * 64)
        content = _with_personas(content, subject)
    source.close()
    return Model(content)


def _with_personas(content, subject):
    """Columns, personas and rules as a study has them."""
    tiles = tiles_of(subject.matrix)
    groupings = []
    for solution in content.solutions:
        centres = np.array(solution.scorer.centres)
        near = nearest_two(tiles, centres)
        groupings.append(
            Grouping(
                solution.k,
                ByCentres(centres),
                near.label,
                near.d1,
                near.runner_up,
                (0.9,) * solution.k,
                tuple(ByCentres(np.array(grid)) for grid in solution.bootstraps),
            )
        )
    told = describe_solutions(subject, groupings, chosen_k=content.k)
    return replace(content, columns=told.columns, solutions=told.solutions, value_column=told.value_column)


def _summary(plan, facts, sample):
    values = sample.column(plan.column)
    if plan.role in {"contact", "id"}:
        facts = replace(facts, levels=(), minimum=None, maximum=None)
    levels = tuple(level for level, _ in facts.levels) if facts.kind == "text" else ()
    return ColumnSummary(plan, facts, _profile(plan, values, np.ones(len(values), bool), levels), (), levels)


def _profile(plan, column, members, levels):
    here = column.filter(pa.array(members))
    n, n_missing = len(here) - here.null_count, here.null_count
    if plan.role in {"contact", "id"}:
        return Profile(plan.column, n, n_missing)
    if levels:
        counts = [sum(value == level for value in here.to_pylist()) for level in levels]
        return Profile(plan.column, n, n_missing, levels=tuple(c if c >= 10 else None for c in counts))
    known = [float(v) for v in here.drop_null().to_pylist() if not isinstance(v, str) and not hasattr(v, "year")]
    return Profile(plan.column, n, n_missing, mean=float(np.mean(known)) if len(known) >= 10 else None)


def _reference(matrix, order):
    micro = micro_segments(matrix, order)
    if micro is None:
        return None
    xy = tuple(map(tuple, micro.points[:, :2].tolist())) if matrix.shape[1] > 1 else ((0.0, 0.0),) * len(micro.points)
    return Reference(tuple(map(tuple, micro.points.tolist())), tuple(micro.customers.tolist()), xy)


def _evidence(ks, k):
    one = Spread(0.9, 0.85, 0.95, 30)
    candidates = tuple(
        Candidate(i, 1.0, 0.2, 0.3, 100.0, 1.2, 0.5, 0.01, 0.8, one, one, 0.8, 0.9, 0.3, 0.5, 0.1, float(i), valid=True)
        for i in ks
    )
    return Evidence(candidates, (), k, k, k, None, "natural", "Natural: made for a test.", (), "made for a test", 100)


def _solution(content, matrix, sample, order, k, n_bootstraps):
    tiles = tiles_of(matrix)
    fit = fit_kmeans(tiles, k, order=order, seed=0)
    rng = np.random.default_rng(k)
    n = len(matrix)
    masses = np.array([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(n_bootstraps)], np.uint8)
    again = fit_many(tiles, masses, k, np.arange(n_bootstraps)) if n_bootstraps else ()
    grids = tuple(tuple(map(tuple, _matched(fit.centres, grid).tolist())) for grid in again)
    bare = Solution(k, Centres(tuple(map(tuple, fit.centres.tolist()))), (), None, (), bootstraps=grids)
    apart = _training_distances(content, bare, matrix, fit.labels)
    limits = distance_limits(apart, fit.labels, k, 10)
    segments = tuple(_segment(content, sample, fit.labels == j, j, limits[j], k) for j in range(k))
    return replace(bare, segments=segments, distances=distance_quantiles(apart, fit.labels, 10))


def _training_distances(content, solution, matrix, labels):
    scoring = scoring_of(content, View(solution, (), tuple(range(solution.k)), ()))
    squared = scores(solution.scorer, matrix)[np.arange(len(matrix)), labels]
    return distances(scoring, matrix, squared)


def _segment(content, sample, members, j, limit, k):
    size = int(members.sum())
    profiles = tuple(_profile(c.plan, sample.column(c.plan.column), members, c.levels) for c in content.columns)
    persona = Persona(f"Kind {j + 1}", f"{size:,} customers of kind {j + 1}.")
    uid = f"{k:06d}{j:06d}"
    return Segment(
        j + 1, uid, size, size / len(members), persona, Trust(0.9, "reliable"), profiles, distance_limit=limit
    )


def _matched(centres, grid):
    from scipy.optimize import linear_sum_assignment

    apart = ((centres[:, None] - grid[None]) ** 2).sum(axis=2)
    return grid[linear_sum_assignment(apart)[1]]


def merged(model: Model, one: int, other: int) -> Segment:
    """Two segments as one, by their sizes alone."""
    keeps, goes = larger_first(model.segment(one), model.segment(other))
    return replace(keeps, size=keeps.size + goes.size, share=keeps.share + goes.share)
