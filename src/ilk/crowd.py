"""All customers of a study, understood: what each column does, and every customer as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.choose.part import part_of
from ilk.cluster.backed import of_enough
from ilk.cluster.method import Found, Method, Run, by_size
from ilk.cluster.nearest import nearest_two
from ilk.cluster.scorer import ByCentres
from ilk.engines.engine import Engine
from ilk.engines.memory import MemoryEngine
from ilk.engines.tiles import UNIT, VOICE, Matrix, Tiles, masses_of, tiles_of
from ilk.engines.workers import map_threads
from ilk.errors import BadInput, BadSetting, NotSupported
from ilk.features.advice import sample_size, survey_notes, unordered_notes
from ilk.features.labels import Labels, read_labels
from ilk.features.missing import explain_gaps, gap_notes, skipped_notes
from ilk.features.plans import ColumnPlan, Gap, Recipe, Theme
from ilk.features.recipe import ROWS, Fitted, answered, apply, blank_columns, fit_recipe, square_weights
from ilk.features.roles import plan_columns, plan_notes
from ilk.features.themes import Correlated, correlate, double_notes, find_themes
from ilk.features.topics import is_spherical
from ilk.features.weighing import Weighing, weighing_of
from ilk.progress import Progress
from ilk.settings import EVIDENCE_SAMPLE, FIT_SAMPLE, Settings
from ilk.sources.evidence import Made
from ilk.sources.sampling import in_hash_order, xxh64_rows
from ilk.sources.source import ColumnFacts, Note, Source

LEAST_CUSTOMERS = 2

CUSTOMERS_A_SEGMENT = 10
"""Customers a segment has on average, at least, in a study with the most segments that may be asked for."""

ALWAYS_ALLOWED = 12
"""Segments that may be asked for of any number of customers."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everyone, in file order.

    Args:
        facts: Totals of every column but the id.
        plans: What each column does, in the order of `facts`.
        fitted: The recipe, identities and what was noted on the way.
        themes: Building columns that say nearly the same.
        correlated: Rank correlations of the building columns.
        gaps: What predicts where columns are blank.
        table: Every column but the id, n rows.
        matrix: Features, (n, n_features), NaN where an answer is missing.
        answered: Share of the weight each customer answered, (n,).
        known: Who answered anything at all, (n,); the others get no segment.
        order: Rows in hash order, at most the fit sample.
        tiles: The matrix as the engine holds it; customers without a voice weigh nothing.
        fingerprint: Of ids and features; the same for any order of rows.
        weighing: How much each customer counts; None for once.
        notes: What the user should know.
    """

    facts: tuple[ColumnFacts, ...]
    plans: tuple[ColumnPlan, ...]
    fitted: Fitted
    themes: tuple[Theme, ...]
    correlated: Correlated
    gaps: tuple[Gap, ...]
    table: pa.Table
    matrix: Matrix
    answered: NDArray[np.float64]
    known: NDArray[np.bool_]
    order: NDArray[np.int64]
    tiles: Tiles
    fingerprint: str
    weighing: Weighing | None
    notes: tuple[Note, ...]

    @property
    def masses(self) -> NDArray[np.float64] | None:
        """How much each customer counts, (n,); None for once."""
        return None if self.weighing is None else self.weighing.masses

    def sizes(self, labels: NDArray[np.integer], k: int) -> NDArray[np.float64]:
        """How much of everybody is in each segment, (k,)."""
        there = self.known & (labels >= 0)
        return np.bincount(labels[there], None if self.masses is None else self.masses[there], k).astype(np.float64)

    @property
    def n(self) -> int:
        """Customers."""
        return len(self.matrix)

    @property
    def voters(self) -> NDArray[np.int64]:
        """Rows of the fit sample that have a voice, in hash order."""
        return self.order[self.answered[self.order] >= VOICE]

    @property
    def sample(self) -> NDArray[np.int64]:
        """Rows the evidence is computed on, in hash order."""
        return self.voters[:EVIDENCE_SAMPLE]


def understand(
    data: Source,
    settings: Settings,
    *,
    source: Any = None,
    made: Mapping[str, Made] = MappingProxyType({}),
    labels: Labels | None = None,
    engine: Engine | None = None,
) -> Crowd:
    """Plan the columns, fit the recipe on the fit sample, and turn every customer into numbers.

    Args:
        data: An open source.
        settings: Of the study.
        source: What was opened; a labels file beside a path is found.
        made: What columns mean that were made of other sources, by name.
        labels: The words for the columns, where they were read already.
        engine: Makes the tiles; the one the settings name when not given.

    Raises:
        IlkError: If a setting does not fit the columns, or nothing is left to build segments from.
    """
    _refuse_nobody(data)
    _refuse_too_many(settings.k, data.intake.rows)
    facts = data.facts()
    columns = _columns(facts, data)
    labels = labels or _labels(data, source, columns, settings)
    table = pa.Table.from_batches(list(data.batches(columns)))
    hashes = data.hashes()
    order = in_hash_order(hashes, data.ids(), FIT_SAMPLE)
    sample = table.take(order)
    plans = plan_columns(facts, sample, labels, settings.of_columns(data.schema.names), data.intake, made=made)
    weighed = weighing_of(plans, table)
    fitted = fit_recipe(sample, weighed.plans, settings, facts)
    correlated = correlate(sample, fitted.plans)
    gaps = explain_gaps(table, fitted.plans, min_customers=settings.min_group)
    matrix = apply(fitted.recipe, table, threads=settings.threads)
    share = answered(matrix, square_weights(fitted.recipe), threads=settings.threads)
    return Crowd(
        facts=facts,
        plans=fitted.plans,
        fitted=fitted,
        themes=find_themes(sample, fitted.plans, correlated),
        correlated=correlated,
        gaps=gaps,
        table=table,
        matrix=matrix,
        answered=share,
        known=_answered_anything(fitted.recipe, table, matrix, settings.threads),
        order=order,
        tiles=_prepared(matrix, _heard(share, weighed.weighing), fitted, settings, engine or engine_of(settings)),
        fingerprint=_fingerprint(hashes, _with_masses(matrix, weighed.weighing), settings.threads),
        weighing=weighed.weighing,
        notes=(*weighed.notes, *_notes(data, labels, fitted, correlated, gaps, min_group=settings.min_group)),
    )


def _labels(data: Source, source: Any, columns: Sequence[str], settings: Settings) -> Labels:
    """The words for the columns, from the file that was named or one that lies beside the source."""
    beside = Path(source) if isinstance(source, (str, Path)) else None
    also = [data.intake.id_column] if data.intake.id_column else []
    return read_labels(settings.labels, beside, columns, also_there=also)


def _heard(share: NDArray[np.float64], weighing: Weighing | None) -> NDArray[np.float32]:
    """How much each customer counts in a fit, (n,); who answered too little has no voice."""
    voice = (share >= VOICE).astype(np.float32)
    return voice if weighing is None else voice * weighing.masses.astype(np.float32)


def _with_masses(matrix: Matrix, weighing: Weighing | None) -> Matrix:
    """Everything that segments depend on, (n, n_features or one more)."""
    return matrix if weighing is None else np.column_stack([matrix, weighing.masses.astype(np.float32)])


def _prepared(matrix: Matrix, mass: NDArray[np.float32], fitted: Fitted, settings: Settings, engine: Engine) -> Tiles:
    """Everybody in tiles, as the engine holds them."""
    sphere = is_spherical(fitted.recipe)
    return engine.prepare([matrix], lambda rows: tiles_of(rows, mass, threads=settings.threads, sphere=sphere))


def _columns(facts: Sequence[ColumnFacts], data: Source) -> list[str]:
    """What the columns are called; there has to be one beside the id."""
    if not facts:
        raise BadInput(
            "There is nothing to build segments from",
            got=f"only {data.intake.id_column!r}, which is the id",
            do="bring columns in which customers differ; another id is named with --id",
        )
    return [fact.column for fact in facts]


def refuse_too_few(data: Source, settings: Settings) -> None:
    """Say no where not even everybody together may be told of.

    Raises:
        BadInput: If there are fewer customers than `min_group`.
    """
    _refuse_nobody(data)
    n, least = data.intake.rows, settings.min_group
    if n < least:
        raise BadInput(
            f"Too few customers: {n:,}. Nothing is told of fewer than {least:,} (--min-group)",
            do="bring more customers, or lower --min-group if the study stays with you",
        )


def _refuse_nobody(data: Source) -> None:
    n = data.intake.rows
    if n < LEAST_CUSTOMERS:
        raise BadInput(
            "Segments need at least two customers",
            got=f"{n:,} in {data.intake.name}",
            do="bring a table with one row for each customer",
        )


def _refuse_too_many(k: Literal["auto"] | int | tuple[int, int], n: int) -> None:
    """Say no before anything is computed: so many segments of so few customers take minutes and mean nothing."""
    most = max(ALWAYS_ALLOWED, n // CUSTOMERS_A_SEGMENT)
    asked = 1 if k == "auto" else k if isinstance(k, int) else k[1]
    if asked > most:
        raise BadSetting(
            f"{asked} segments are too many for {n:,} customers",
            got=f"fewer than {CUSTOMERS_A_SEGMENT} customers a segment",
            do=f"ask for at most {most} with -k",
        )


def engine_of(settings: Settings, progress: Progress | None = None) -> Engine:
    """The engine that is named; "auto" takes the only one there is.

    Raises:
        NotSupported: If it cannot fit segments; at the start, so that nobody waits for a refusal.
    """
    engine = MemoryEngine(settings.threads, progress)
    ability = engine.can("fit")
    if not ability:
        raise NotSupported(f"Segments cannot be fitted with --engine {settings.engine}", do=ability.reason)
    return engine


def fit_every_k(
    crowd: Crowd, method: Method, ks: Sequence[int], settings: Settings, progress: Progress
) -> Mapping[int, Found]:
    """Find segments of all customers at every k that is tried."""
    batches, found = method.batches(ks), dict[int, Found]()
    for i, some in enumerate(batches):
        part = part_of(progress, i / len(batches), (i + 1) / len(batches))
        fits = method.find(crowd.tiles, some, Run(crowd.voters, settings.seed, settings.threads, part))
        found |= {k: _numbered(crowd, _of_enough(crowd, fit, settings), settings) for k, fit in fits.items()}
    return found


def _of_enough(crowd: Crowd, fit: Found, settings: Settings) -> Found:
    """No centre rests on fewer answers than may be published; labels are the nearest of what is left.

    Each turn only takes away, so there is an end. On the sphere whole rows are blank, and these have no vote.
    """
    voice, mass = crowd.answered >= VOICE, masses_of(crowd.tiles)
    while isinstance(fit.scorer, ByCentres) and not crowd.tiles.sphere:
        centres = of_enough(fit.scorer.centres, np.where(voice, fit.labels, -1), crowd.matrix, settings.min_group)
        if np.array_equal(centres, fit.scorer.centres):
            break
        near = nearest_two(crowd.tiles, centres, threads=settings.threads)
        fit = replace(fit, scorer=ByCentres(centres), labels=near.label, inertia=math.fsum((mass * near.d1)[voice]))
    return fit


def _numbered(crowd: Crowd, fit: Found, settings: Settings) -> Found:
    """Number segments by all who are in them; the fit knows only those who had a vote."""
    return by_size(fit, crowd.tiles, crowd.sizes(fit.labels, fit.scorer.k), threads=settings.threads)


def sizes_of(labels: NDArray[np.integer], k: int) -> NDArray[np.int64]:
    """Customers in each segment, (k,); who is unlike anyone is in none."""
    return np.bincount(labels[labels >= 0], minlength=k)


def _notes(
    data: Source, labels: Labels, fitted: Fitted, correlated: Correlated, gaps: tuple[Gap, ...], *, min_group: int
) -> tuple[Note, ...]:
    """What the user should know, what matters most first."""
    advice = sample_size(data.intake.rows, fitted.plans, correlated)
    return (
        *survey_notes(data.facts(), fitted.plans),
        *unordered_notes(data.facts(), fitted.plans),
        *([advice.note()] if advice else []),
        *plan_notes(fitted.plans),
        *skipped_notes(data.facts(), fitted.plans, gaps, min_customers=min_group),
        *gap_notes(gaps, fitted.plans),
        *fitted.notes,
        *double_notes(correlated, fitted.plans),
        *data.intake.notes,
        *labels.notes,
    )


def _answered_anything(recipe: Recipe, table: pa.Table, matrix: Matrix, threads: int | None) -> NDArray[np.bool_]:
    """Who did not leave all building columns blank, (n,)."""
    known = np.empty(len(matrix), np.bool_)

    def look(start: int) -> None:
        blank = blank_columns(recipe, table.slice(start, ROWS), matrix[start : start + ROWS])
        known[start : start + ROWS] = ~blank.all(axis=1)

    map_threads(look, range(0, len(matrix), ROWS), threads=threads)
    return known


def _fingerprint(hashes: NDArray[np.uint64], matrix: Matrix, threads: int | None) -> str:
    """A sum over customers of a hash of id and features: the same for any order of rows, another for other data.

    Some customers at a time: the words of all of them would be twice as large as their features.
    """

    def add_up(start: int) -> int:
        some = slice(start, start + ROWS)
        return int(xxh64_rows(np.column_stack([hashes[some], _bits(matrix[some])])).sum(dtype=np.uint64))

    total = sum(map_threads(add_up, range(0, len(matrix), ROWS), threads=threads))
    return f"{total % 2**64:016x}{len(matrix):x}"


def _bits(matrix: Matrix) -> NDArray[Any]:
    """The features as whole multiples of 2^-16, a gap as the least number."""
    whole = np.nan_to_num(matrix.astype(np.float64) * UNIT, nan=-(2.0**40))
    return whole.astype(np.int64).view(np.uint64)
