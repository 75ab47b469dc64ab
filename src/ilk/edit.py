"""Changes by hand that need more than the model: two segments made one are described anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from ilk.errors import BadInput
from ilk.model.edits import larger_first
from ilk.model.model import Model
from ilk.model.parts import ColumnSummary, Edit, Persona, Profile, Rule, Segment
from ilk.profile.personas import Group, personas_of, value_shares
from ilk.profile.topics import pooled_topics
from ilk.profile.traits import Ground, ground_of
from ilk.settings import Settings

MIDDLE, LOW, HIGH = 0.5, 0.05, 0.95


def apply_edit(model: Model, edit: Edit) -> Model:
    """The model with one more change; a merge is given the description of the merged segment.

    Raises:
        BadInput: If the change cannot be made.
    """
    if edit.action == "merge" and edit.segment is None and edit.uid != edit.other:
        edit = replace(edit, segment=merged_segment(model, edit.uid, edit.other))
    return model.edited(edit)


def merged_segment(model: Model, uid: str, other: str) -> Segment:
    """What two segments are like as one: sizes, sums and counts added, named and described as any other.

    The larger one's number and uid are kept, and its name if it was given by hand. Trust was never measured for the
    two together, so there is none. What cannot be worked out from two summaries, such as an exact median, is read
    from the histogram, or left out.

    Args:
        model: Any model.
        uid: Of one segment.
        other: Of the other.

    Raises:
        BadInput: If there is no such segment.
    """
    keeps, goes = larger_first(_named(model, uid), _named(model, other))
    columns = tuple(model.content.column(profile.column) for profile in keeps.profiles)
    pairs = zip(columns, keeps.profiles, goes.profiles, strict=True)
    heavy = (keeps.share / max(keeps.size, 1), goes.share / max(goes.size, 1)) if model.weighted else (1.0, 1.0)
    profiles = tuple(pooled_profile(column, one, two, heavy=heavy) for column, one, two in pairs)
    whole = replace(
        keeps,
        size=keeps.size + goes.size,
        share=keeps.share + goes.share,
        trust=None,
        profiles=profiles,
        nearest=_elsewhere(keeps.nearest, goes.nearest, but=(keeps.number, goes.number)),
        farthest=_elsewhere(keeps.farthest, goes.farthest, but=(keeps.number, goes.number)),
        distance_limit=_larger(keeps.distance_limit, goes.distance_limit),
        topics=pooled_topics(keeps.topics, goes.topics),
    )
    rest = [segment for segment in model.segments if segment not in (keeps, goes)]
    ground = ground_of(columns, model.solution.themes, [s.profiles for s in (whole, *rest)])
    persona = _persona(model, ground, whole, rest, _rules(keeps, goes))
    if keeps.persona.name != _born_as(model, keeps) or persona.name in {s.persona.name for s in rest}:
        persona = replace(persona, name=keeps.persona.name)
    return replace(whole, persona=persona, value_share=value_shares(ground, profiles))


def pooled_profile(
    column: ColumnSummary, one: Profile, two: Profile, *, heavy: tuple[float, float] = (1.0, 1.0)
) -> Profile:
    """One column in two groups of customers taken together.

    Counts and totals add up; where one of the two is hidden, so is their sum. Median and quantiles come from the
    histogram and are left out where that has hidden bins.

    Args:
        column: The column.
        one: Its profile in one group.
        two: In the other.
        heavy: How much a customer of each counts, on average; where that differs, counts by weight stay by weight.
    """
    n, masses = one.n + two.n, (one.n * heavy[0], two.n * heavy[1])
    mean = _weighted(one.mean, two.mean, *masses)
    each = n / sum(masses) if sum(masses) > 0.0 and heavy[0] != heavy[1] else 1.0
    times = (heavy[0] * each, heavy[1] * each) if heavy[0] != heavy[1] else (1.0, 1.0)
    bins = _added(one.bins, two.bins, times)
    (zeros,) = _added((one.n_zero,), (two.n_zero,), times)
    low, median, high = (_quantile(column, bins, zeros, n, part) for part in (LOW, MIDDLE, HIGH))
    return Profile(
        column=one.column,
        n=n,
        n_missing=one.n_missing + two.n_missing,
        mean=mean,
        deviation=_deviation(one, two, mean, masses),
        median=_between(median, one.median, two.median),
        low=_between(low, one.low, two.low),
        high=_between(high, one.high, two.high),
        n_zero=zeros,
        d=_weighted(one.d, two.d, *masses),
        total=None if one.total is None or two.total is None else one.total + two.total,
        bins=bins,
        levels=_added(one.levels, two.levels, times),
    )


def _named(model: Model, uid: str) -> Segment:
    for segment in model.segments:
        if segment.uid == uid:
            return segment
    there = ", ".join(f"{s.uid} ({s.number} {s.persona.name})" for s in model.segments)
    raise BadInput(f"There is no segment with the uid {uid!r}", do=f"choose from {there}")


def _born_as(model: Model, segment: Segment) -> str:
    """The name a segment had before anybody renamed it."""
    return next((s.persona.name for s in model.solution.segments if s.uid == segment.uid), segment.persona.name)


def _persona(model: Model, ground: Ground, whole: Segment, rest: Sequence[Segment], rules: tuple[Rule, ...]) -> Persona:
    """The words for the merged segment, as different from the others as names have to be."""
    heavy = model.weighted
    groups = [
        Group(s.size, s.share, s.profiles, s.profiles, s.persona.rules, weighted=heavy, topics=s.topics)
        for s in (whole, *rest)
    ]
    told = personas_of(ground, groups, model.content.value_column, _min_group(model))
    return replace(told[0], rules=rules)


def _min_group(model: Model) -> int:
    """The smallest group the study would tell of."""
    try:
        return Settings.model_validate_json(model.content.provenance.settings).min_group
    except ValidationError:
        return Settings().min_group


def _rules(keeps: Segment, goes: Segment) -> tuple[Rule, ...]:
    """The rules of both; each tells a smaller part of the whole, and is at least as precise as before."""
    size = max(keeps.size + goes.size, 1)
    both = [replace(rule, recall=rule.recall * s.size / size) for s in (keeps, goes) for rule in s.persona.rules]
    return tuple(sorted(both, key=lambda rule: -rule.recall))


def _weighted(one: float | None, two: float | None, n_one: float, n_two: float) -> float | None:
    if one is None or two is None or n_one + n_two == 0:
        return None
    return (one * n_one + two * n_two) / (n_one + n_two)


def _deviation(one: Profile, two: Profile, mean: float | None, masses: tuple[float, float]) -> float | None:
    """Of both together: the variance within, and between the two means."""
    both = zip(masses, (one, two), strict=True)
    known = [(n, p.mean, p.deviation) for n, p in both if p.mean is not None and p.deviation is not None]
    if mean is None or len(known) < 2:
        return None
    squares = sum(n * (d * d + (m - mean) ** 2) for n, m, d in known if m is not None and d is not None)
    return float((squares / sum(masses)) ** 0.5)


def _added(
    one: tuple[int | None, ...], two: tuple[int | None, ...], times: tuple[float, float]
) -> tuple[int | None, ...]:
    if len(one) != len(two):
        return ()
    pairs = zip(one, two, strict=True)
    return tuple(None if a is None or b is None else round(times[0] * a + times[1] * b) for a, b in pairs)


def _quantile(
    column: ColumnSummary, bins: tuple[int | None, ...], zeros: int | None, n: int, part: float
) -> float | None:
    """Read off the histogram, evenly within a bin; zeros that are counted apart stand below the first bin."""
    known = [count for count in bins if count is not None]
    if len(known) < len(bins) or not known or len(column.edges) != len(bins) + 1:
        return None
    apart = n - sum(known)
    if apart and (zeros is None or apart != zeros or column.edges[0] < 0):
        return None
    wanted = part * n - apart
    if wanted <= 0:
        return 0.0
    for i, count in enumerate(known):
        if wanted <= count:
            return column.edges[i] + (column.edges[i + 1] - column.edges[i]) * wanted / count
        wanted -= count
    return column.edges[-1]


def _between(value: float | None, one: float | None, two: float | None) -> float | None:
    """A quantile of two groups together lies between theirs; known exactly where they agree."""
    if one is None or two is None:
        return None
    if one == two:
        return one
    return None if value is None else min(max(value, min(one, two)), max(one, two))


def _elsewhere(*numbers: int | None, but: tuple[int, int]) -> int | None:
    """The first neighbour that is not one of the two themselves."""
    return next((number for number in numbers if number not in but), None)


def _larger(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else max(one, two)
