"""From fits to a model: weigh the evidence, describe every k, and put together all that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ilk import __version__
from ilk.accepted import PARTS
from ilk.choose.guard import Trial
from ilk.choose.vote import Wish
from ilk.choose.weigh import Inquiry, Weighed, weigh_evidence
from ilk.cluster.method import Found, Method
from ilk.cluster.micro import micro_segments
from ilk.cluster.nearest import nearest_two
from ilk.cluster.scorer import ByOffsets, nearest_by
from ilk.cluster.soft import class_notes, posteriors
from ilk.cluster.within import Asked, bounded_notes
from ilk.crowd import Crowd, sizes_of
from ilk.engines.tiles import VOICE
from ilk.errors import BadSetting
from ilk.features.recipe import feature_columns, square_weights
from ilk.features.topics import amounts_of, is_spherical
from ilk.figures import few, percent
from ilk.model.evidence import Comparison
from ilk.model.model import Model
from ilk.model.parts import Content, Map, Provenance, Reference
from ilk.model.room import with_room
from ilk.model.telling import first_of
from ilk.profile.compare import compare_with
from ilk.profile.describe import Described, Grouping, describe_solutions
from ilk.profile.grammar import capital
from ilk.profile.map import fit_map, places
from ilk.profile.names import Namer
from ilk.profile.ready import Subject
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.holders import Held
from ilk.sources.joined.join import Joined
from ilk.sources.source import Note

Fits = Mapping[int, Found]

MOST_UNLIKE = 0.5
"""Share of customers in no segment above which the method is doubted (rule of thumb)."""


def weigh(crowd: Crowd, method: Method, fits: Fits, settings: Settings, progress: Progress) -> Weighed:
    """How many segments, and are they real: everything `choose` has to say about the fits that may be told of.

    Raises:
        BadSetting: If all that was asked for has a segment of fewer than `min_group` customers.
    """
    told = tellable(crowd, fits, settings)
    _refuse_untold(fits, told, settings)
    recipe, sample = crowd.fitted.recipe, crowd.sample[: method.effort.customers]
    features = crowd.matrix[sample]
    weighed = weigh_evidence(
        Inquiry(
            features=features,
            columns=feature_columns(recipe),
            square_weights=square_weights(recipe),
            trials=tuple(_trial(crowd, k, fit) for k, fit in told.items()),
            n_customers=crowd.n,
            wish=Wish(settings.k, settings.prefer),
            seed=settings.seed,
            threads=settings.threads,
            min_group=settings.min_group,
            amounts=amounts_of(recipe, crowd.table.take(sample), features),
            sphere=is_spherical(recipe),
            method=method,
            mass=None if crowd.masses is None else crowd.masses[sample],
        ),
        progress=progress,
    )
    if len(told) > 1 or (len(fits) == 1 and not method.finds_k):
        return weighed
    if not any(fit.setting is not None for fit in fits.values()) and method.finds_k:
        why = "Nowhere do customers stand so close together that groups part by themselves; so there is one group."
        return replace(weighed, evidence=replace(weighed.evidence, why_k=why))
    why = f"However these customers are divided, a segment has fewer than {settings.min_group}; so there is one group."
    return replace(weighed, evidence=replace(weighed.evidence, why_k=why))


def tellable(crowd: Crowd, fits: Fits, settings: Settings) -> Fits:
    """The fits in which every segment has at least `min_group` customers with a voice, whose mean its centre is.

    The centre of a segment of one customer is that customer. One group of everybody is always among them.
    """
    voice = crowd.known & (crowd.answered >= VOICE)
    sizes = {k: sizes_of(fit.labels[voice], k) for k, fit in fits.items()}
    return {k: fit for k, fit in fits.items() if k == 1 or sizes[k].min() >= settings.min_group}


def _refuse_unfound(fits: Fits, least: int, most: int) -> None:
    """A method that finds its own number may not find the one that was asked for."""
    if any(least <= k <= most for k in fits):
        return
    raise BadSetting(
        f"Density does not find {least if least == most else f'{least} to {most}'} segments here",
        got=f"{', '.join(map(str, fits))}, which is what it finds",
        do="leave out -k, or take --method kmeans",
    )


def _refuse_untold(fits: Fits, told: Fits, settings: Settings) -> None:
    """Say no where what was asked for is not among what may be told."""
    if settings.k == "auto":
        return
    least, most = (settings.k, settings.k) if isinstance(settings.k, int) else settings.k
    if any(least <= k <= most for k in told):
        return
    _refuse_unfound(fits, least, most)
    asked = str(least) if least == most else f"{least} to {most}"
    alike = "; customers who are exactly alike stay together, whatever the bounds of sizes" if settings.bounded else ""
    raise BadSetting(
        f"Of {asked} segments one has fewer than {settings.min_group} customers, about whom nothing is published",
        got="segments that would be a few people's own figures",
        do="ask for fewer with -k, or lower --min-group if the study stays with you" + alike,
    )


def describe(
    data: Joined,
    crowd: Crowd,
    fits: Fits,
    weighed: Weighed,
    settings: Settings,
    *,
    method: str,
    why_method: tuple[Note, ...] = (),
    name: str,
    progress: Progress,
    namer: Namer | None = None,
) -> Model:
    """Say what the segments of every k are like, and keep it as a model that holds no customer.

    `method` found the segments, and `why_method` says why it did. `name` is what the source is called in study.json and
    in the report; `namer` gives segments names of one's own.
    """
    k = weighed.evidence.k
    told = tellable(crowd, fits, settings)
    groupings = [_grouping(crowd, tried, fit, weighed, settings) for tried, fit in told.items()]
    described = describe_solutions(
        _subject(crowd, settings, data.held), groupings, chosen_k=k, namer=namer, progress=progress
    )
    chosen = next(grouping for grouping in groupings if grouping.k == k)
    shown, reference = _places(crowd, settings)
    warnings = _warnings(crowd, weighed, described, chosen, settings)
    content = Content(
        recipe=crowd.fitted.recipe,
        columns=described.columns,
        k=k,
        solutions=described.solutions,
        evidence=weighed.evidence,
        reference=reference,
        map=shown,
        correlation_columns=crowd.correlated.columns,
        correlation=tuple(tuple(row) for row in crowd.correlated.values.tolist()),
        identities=crowd.fitted.identities,
        gaps=crowd.gaps,
        comparison=_comparison(crowd, chosen, settings),
        warnings=(*warnings, *_of_fits(fits, told, settings, why_method)),
        provenance=_provenance(data, crowd, settings, method=method, name=name),
        value_column=described.value_column,
        sources=data.brought,
        texts=data.texts,
    )
    return _with_first(Model(with_room(content)), crowd)


def _with_first(model: Model, crowd: Crowd) -> Model:
    """What the columns that tell most are worth, as the study's own customers say."""
    first = first_of(model.scoring, crowd.matrix[crowd.sample])
    return Model(replace(model.content, evidence=replace(model.content.evidence, first=first)))


def _trial(crowd: Crowd, k: int, fit: Found) -> Trial:
    labels = fit.labels[crowd.known]
    n_unlike, moved = int((labels < 0).sum()), _moved_share(crowd, fit)
    return Trial(k, fit.scorer, sizes_of(labels, k), fit.inertia, n_unlike, fit.criterion, fit.entropy, moved)


def _moved_share(crowd: Crowd, fit: Found) -> float:
    """Customers whom bounds of sizes keep from the nearest centre, of all who are in a segment."""
    if not isinstance(fit.scorer, ByOffsets):
        return 0.0
    near = nearest_two(crowd.tiles, fit.scorer.middles).label
    return float((near != fit.labels)[crowd.known].mean())


def _grouping(crowd: Crowd, k: int, fit: Found, weighed: Weighed, settings: Settings) -> Grouping:
    near = nearest_by(fit.scorer, crowd.tiles, threads=settings.threads)
    n_unlike = int((near.label[crowd.known] < 0).sum())
    return Grouping(
        k=k,
        scorer=fit.scorer,
        labels=np.where(crowd.known, near.label, -1).astype(np.int32),
        d1=near.d1,
        runner_up=near.runner_up,
        slsw=weighed.trust.get(k, ()),
        valleys=weighed.valleys.get(k, ()),
        bootstraps=weighed.bootstraps.get(k, ()),
        n_unlike=n_unlike if n_unlike or fit.setting is not None else None,
        notes=_of_memberships(crowd, fit, settings),
    )


def _of_memberships(crowd: Crowd, fit: Found, settings: Settings) -> tuple[Note, ...]:
    """Segments of nearly nobody, and twins, where customers belong to segments with a probability.

    A sample says which segments are twins, but not how many customers of all are in one.
    """
    if fit.entropy is None:
        return ()
    everybody = len(crowd.sample) == len(crowd.voters)
    probabilities = posteriors(0.5 * fit.scorer.scores(crowd.matrix[crowd.sample]))
    return class_notes(probabilities, least=settings.min_group if everybody else 0)


def _subject(crowd: Crowd, settings: Settings, held: tuple[Held, ...] = ()) -> Subject:
    return Subject(
        table=crowd.table,
        plans=crowd.plans,
        facts=crowd.facts,
        recipe=crowd.fitted.recipe,
        matrix=crowd.matrix,
        order=crowd.order,
        themes=crowd.themes,
        identities=crowd.fitted.identities,
        settings=settings,
        fingerprint=crowd.fingerprint,
        grains=None if crowd.weighing is None else crowd.weighing.grains,
        held=held,
    )


def _places(crowd: Crowd, settings: Settings) -> tuple[Map, Reference | None]:
    """The map, and where the micro-segments stand on it."""
    shown = fit_map(
        crowd.matrix[crowd.sample], feature_columns(crowd.fitted.recipe), crowd.plans, recipe=crowd.fitted.recipe
    )
    micro = micro_segments(crowd.matrix, crowd.voters, least=settings.min_group)
    if micro is None:
        return shown, None
    points = tuple(tuple(point) for point in micro.points.tolist())
    return shown, Reference(points, tuple(micro.customers.tolist()), places(shown, micro.points))


def _comparison(crowd: Crowd, chosen: Grouping, settings: Settings) -> Comparison | None:
    if settings.compare_with is None:
        return None
    return compare_with(_subject(crowd, settings), chosen, settings.compare_with)


def _warnings(
    crowd: Crowd, weighed: Weighed, described: Described, chosen: Grouping, settings: Settings
) -> tuple[Note, ...]:
    """Everything that should be known, each once."""
    k = weighed.evidence.k
    of_k = next(solution.notes for solution in described.solutions if solution.k == k)
    found = (
        *_bounded_notes(crowd, chosen, settings),
        *_unlike_notes(weighed.evidence.candidate(k).unlike_share),
        *_without_segment(crowd, settings.min_group),
        *weighed.evidence.notes,
        *weighed.evidence.candidate(k).notes,
        *of_k,
        *crowd.notes,
    )
    return tuple(dict.fromkeys(found))


def _of_fits(fits: Fits, told: Fits, settings: Settings, why: tuple[Note, ...]) -> tuple[Note, ...]:
    """What the fits have to say, each once, which of them are not shown, and why the method was taken."""
    said = dict.fromkeys(note for fit in told.values() for note in fit.notes)
    return (*said, *_untold_notes(fits, told, settings), *why)


def _unlike_notes(share: float) -> tuple[Note, ...]:
    """How many are in no segment because they stand alone; more than half speak against the method."""
    if not share:
        return ()
    text = f"{percent(share)} of the customers are unlike anyone: they stand alone, and are in no segment (number 0)."
    if share > MOST_UNLIKE:
        text += " Where so many do, density has little to say; --method kmeans places everybody."
    return (Note("unlike-anyone", text),)


def _bounded_notes(crowd: Crowd, chosen: Grouping, settings: Settings) -> tuple[Note, ...]:
    """What bounds of sizes did, and to how many."""
    if not settings.bounded:
        return ()
    near = nearest_two(crowd.tiles, chosen.scorer.middles, threads=settings.threads).label
    return bounded_notes(Asked.of(settings), chosen.labels, near, chosen.k)


def _without_segment(crowd: Crowd, least: int) -> tuple[Note, ...]:
    """How many customers have no segment because nothing they were asked is answered, or they have no interest."""
    n = crowd.n - int(crowd.known.sum())
    if not n:
        return ()
    interests = is_spherical(crowd.fitted.recipe)
    nothing = "have none of the interests that build" if interests else "left blank every column that builds"
    text = f"{few(n, least)} of {crowd.n:,} customers {nothing} segments"
    return (Note("no-answer", f"{capital(text)}: without a segment, and listed in rejects.csv with the reason"),)


def _untold_notes(fits: Fits, told: Fits, settings: Settings) -> tuple[Note, ...]:
    """Which numbers of segments were tried and are not shown."""
    untold = [str(k) for k in fits if k not in told]
    if not untold:
        return ()
    why = f"one of them would have fewer than {settings.min_group} customers"
    return (Note("too-small-to-show", f"Tried and not shown: {', '.join(untold)} segments, because {why}."),)


def _provenance(joined: Joined, crowd: Crowd, settings: Settings, *, method: str, name: str) -> Provenance:
    data = joined.source
    n_assigned = int(crowd.known.sum())
    return Provenance(
        ilk_version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        method=method,
        seed=settings.seed,
        settings=_shareable(settings),
        fingerprint=crowd.fingerprint,
        intake=data.intake,
        source=name,
        n_customers=data.intake.rows + data.intake.rejects,
        n_assigned=n_assigned,
        n_rejected=data.intake.rejects + crowd.n - n_assigned,
        id_column=data.intake.id_column,
        has_table=joined.has_table,
    )


def _shareable(settings: Settings) -> str:
    """The settings without what may name a folder or a person: a path keeps its last part, a condition its presence."""
    told = {name: "(given)" for name in ("where", "query") if getattr(settings, name) is not None}
    labels = Path(settings.labels.name) if settings.labels else None
    files = {kind: tuple(Path(path.name) for path in getattr(settings, kind)) for kind in PARTS}
    return settings.model_copy(update={**told, **files, "labels": labels}).model_dump_json()
