"""The form for one customer: which fields, in what order and groups, what is typical, and what was typed into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from ilk.app.entry import HIGHEST_SHARE, Kind
from ilk.app.field import Field, Held
from ilk.app.questions import as_put, asked_of, choices_of, of_several_blocks, topics_of, turned_of
from ilk.app.scales import ends_of, scale_of
from ilk.app.together import Choices, Topics
from ilk.features.transforms import OTHER
from ilk.model.evidence import First
from ilk.model.model import Model
from ilk.model.parts import ColumnSummary
from ilk.model.telling import N_FIRST, Telling, most_telling
from ilk.outputs.charts.distribution import in_brief
from ilk.outputs.wording import (
    bare,
    clean,
    counted,
    in_letters,
    in_units,
    is_share,
    listed,
    lower_first,
    per_cent,
    unit_of,
    words_of,
)
from ilk.profile.grammar import capital
from ilk.profile.statements import TURNED
from ilk.profile.typical import typical_customers
from ilk.profile.words import words_for
from ilk.sources.survey.questions import Question

MOST_PICKS = 12
"""Answers of an ordered column of numbers that are picked from a list; more are typed."""

MOST_STEPS = 7
"""Steps of a scale that stand side by side; more are picked from a list."""

ALONE, CUSTOMERS = "Others", "customers"


Ask = Field | Choices | Topics
"""One question of the form."""


@dataclass(frozen=True, slots=True)
class Form:
    """All inputs: the most telling ones first, the rest by group.

    `right` estimates the share of customers who are placed by the first fields alone as by all; `measured` is the share
    of the study's own customers, None where these segments are others than those it was measured on.
    """

    first: tuple[Ask, ...]
    groups: tuple[tuple[str, tuple[Ask, ...]], ...]
    right: float
    measured: First | None = None

    @property
    def fields(self) -> tuple[Ask, ...]:
        """Every question, in the order of the page."""
        return (*self.first, *(field for _, fields in self.groups for field in fields))


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in: values for the model, and by column what could not be read or was read how."""

    values: dict[str, Any]
    problems: dict[str, str]
    echoes: dict[str, str]


def form_of(model: Model) -> Form:
    """The form a model asks for: its building columns, and what its rules to set aside look at."""
    summaries = {c.plan.column: c for c in model.content.columns}
    builds = [name for name, c in summaries.items() if c.plan.use == "builds"]
    rules = [aside.test.column for aside in model.view.asides]
    names = [n for n in dict.fromkeys((*builds, *model.scoring.columns, *rules)) if n in summaries]
    groups = _groups(model, names)
    asked = asked_of(model)
    turned = turned_of(asked)
    every: list[Ask] = [*choices_of(model, asked, names), *topics_of(model, names)]
    together = {column for ask in every for column in ask.columns}
    every += [_field(model, summaries[name], groups[name], turned.get(name)) for name in names if name not in together]
    every.sort(key=lambda ask: names.index(ask.column))
    owner = {column: ask.column for ask in every for column in ask.columns}
    by_column = {ask.column: ask for ask in every}
    measured = _measured(model)
    telling = Telling(measured.columns, measured.right) if measured else most_telling(model.scoring, N_FIRST)
    first = tuple(by_column.pop(column) for column in dict.fromkeys(owner[name] for name in telling.columns))
    rest = list(by_column.values())
    headings = sorted(dict.fromkeys(ask.group for ask in rest), key=lambda heading: heading == ALONE)
    by_group = tuple((heading, tuple(ask for ask in rest if ask.group == heading)) for heading in headings)
    return Form(first, by_group, telling.right, measured)


def _measured(model: Model) -> First | None:
    """What the study found of the columns that tell most, if the segments are still those it was found of."""
    as_found = model.k == model.content.k and not model.view.merged
    return model.evidence.first if as_found else None


def fill(form: Form, given: Mapping[str, Any]) -> Filled:
    """Read a form.

    Args:
        form: Its questions.
        given: First column of a question -> what stands there, or the exact values behind it; others are left alone.
    """
    filled = Filled({}, {}, {})
    for ask in form.fields:
        try:
            read = ask.read(given.get(ask.column))
        except ValueError as error:
            filled.problems[ask.column] = str(error)
            continue
        filled.values.update(read.values)
        if read.echo:
            filled.echoes[ask.column] = read.echo
    return filled


def held(form: Form, row: Mapping[str, Any]) -> dict[str, Held]:
    """What to put into each question so that the form holds a customer, by the first column of each.

    Args:
        form: Its questions.
        row: Values by column; those without one are not known.
    """
    return {ask.column: ask.held(row) for ask in form.fields}


def typical_of(model: Model, number: int) -> Mapping[str, Any]:
    """The values of a customer typical of a segment, by column."""
    return next(one.values for one in typical_customers(model) if one.segment == number)


def _field(model: Model, column: ColumnSummary, group: str, turned: Question | None) -> Field:
    plan, unit = column.plan, unit_of(column.plan)
    options = _options(model, column)
    kind = _kind(column, options)
    words = as_put(words_of(plan), turned)
    shown = turned is not None and turned.turned is None and kind in {"choice", "scale"}
    question = _question(column, words, kind)
    return Field(
        column=plan.column,
        label=words + (f" ({unit})" if unit else ""),
        kind=kind,
        group=group,
        help=_help(model, column, question),
        typical="" if turned else _typical(column),
        options=(options[::-1] if shown else options) if kind in {"choice", "scale"} else (),
        numeric=column.facts.kind == "number",
        hundred=plan.kind == "share" and kind != "share",
        highest=max(1.0, column.facts.maximum or 0.0),
        turned=turned.turned if turned else None,
        asked=question,
        ends=ends_of(model, column) if kind == "scale" and column.facts.kind == "number" else (),
    )


def _question(column: ColumnSummary, words: str, kind: Kind) -> str:
    """What was asked, where the label is only a short name for it."""
    asked = clean(column.plan.label.words).removesuffix(TURNED).strip()
    if kind not in {"scale", "choice", "flag"} or not column.plan.label.given or asked.casefold() == words.casefold():
        return ""
    return asked


def _kind(column: ColumnSummary, options: tuple[str, ...]) -> Kind:
    if column.plan.kind == "flag" and column.facts.kind in {"flag", "number"}:
        return "flag"
    picked: Kind = "scale" if column.plan.kind == "ordered" and 1 < len(options) <= MOST_STEPS else "choice"
    if column.facts.kind == "number":
        few = column.plan.kind == "ordered" and column.facts.whole and 0 < len(options) <= MOST_PICKS
        of_one = column.plan.kind == "share" and (column.facts.maximum or 0.0) <= HIGHEST_SHARE
        return picked if few else "share" if of_one or is_share(column) else "number"
    return {"flag": "flag", "date": "date"}.get(column.facts.kind, picked)  # type: ignore[return-value]


def _options(model: Model, column: ColumnSummary) -> tuple[str, ...]:
    """What can be picked, in the column's own order where it has one; rare answers the model pools come last."""
    if column.facts.kind == "number":
        scale = scale_of(model, column)
        if scale is not None and scale[1] - scale[0] < MOST_STEPS:
            return tuple(str(step) for step in range(scale[0], scale[1] + 1))
        return tuple(sorted((level for level, _ in column.facts.levels), key=float))
    recipe = [t for t in model.content.recipe.transforms if t.column == column.plan.column]
    told = [level for t in recipe for level in (*t.levels, *t.pooled)]
    every = dict.fromkeys((*column.plan.label.order, *column.levels, *told))
    return tuple(level for level in every if level and level != OTHER)


def _typical(column: ColumnSummary) -> str:
    """The usual value as it would be typed, without a unit, which stands at the label."""
    profile = column.everyone
    middle = profile.median if profile.median is not None else profile.mean
    if column.facts.kind in {"text", "flag"} or middle is None:
        return ""
    return bare(middle, column)


def _help(model: Model, column: ColumnSummary, question: str) -> str:
    plan = column.plan
    known = f"{_origin(model, column)} Everyone: {in_brief(column.everyone, column)}."
    if not question and plan.label.given and plan.label.words.casefold() != words_of(plan).casefold():
        known = f"{plan.label.words.rstrip('. ')}. {known}"
    if column.everyone.low is not None and column.everyone.high is not None:
        known += (
            f" Most lie between {in_units(column.everyone.low, column)} and {in_units(column.everyone.high, column)}."
        )
    total = next((i for i in model.content.identities if i.total == plan.column), None)
    if total is not None:
        parts = listed([lower_first(words_of(model.content.column(part).plan)) for part in total.parts])
        known += f" It is the sum of {parts}, which are looked at instead."
    return known


def _origin(model: Model, column: ColumnSummary) -> str:
    """Where a column comes from: the file of customers, or what it was made of beside it."""
    plan = column.plan
    brought = next((one for one in model.content.sources if plan.column in {name for _, name in one.columns}), None)
    if brought is None:
        return f"“{plan.column}” in the file."
    return f"“{plan.column}”, made from {clean(brought.name)}."


def _groups(model: Model, names: Iterable[str]) -> dict[str, str]:
    """The heading of each column: the labels file's, else its theme's; totals stand with their parts."""
    found = {name: model.content.column(name).plan.label.group for name in names}
    themes = {name: heading for theme in model.solution.themes for name, heading in _theme(model, theme.columns)}
    for identity in model.content.identities:
        own = capital(words_for(model.content.column(identity.total).plan).topic)
        parts = next((themes[part] for part in identity.parts if part in themes), ALONE)
        themes.setdefault(identity.total, own if own in themes.values() else parts)
    several = of_several_blocks(model, names)
    blocks = {name: model.content.column(name).plan.block if several else CUSTOMERS for name in names}
    return {name: _heading(blocks[name], group or themes.get(name, ALONE)) for name, group in found.items()}


def _heading(block: str, group: str) -> str:
    """A heading as it stands over its fields; what was brought beside the customers says what it is of."""
    if block == CUSTOMERS or group.casefold().startswith(block):
        return capital(group)
    return capital(block if group == ALONE else f"{block}: {group}")


def _theme(model: Model, columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """A theme's columns with its heading: at most two topics, of which none is a case of another."""
    words = sorted((words_for(model.content.column(name).plan) for name in columns), key=lambda one: len(one.stem))
    topics: dict[frozenset[str], str] = {}
    for one in words:
        if not any(stem <= one.stem for stem in topics):
            topics[one.stem] = one.topic
    said = listed(list(topics.values())[:2]) if len(columns) > 1 else ALONE
    return [(name, capital(said)) for name in columns]


def placed_by_first(form: Form) -> str:
    """What the first fields are worth, in a sentence."""
    n = len(form.first)
    if n < 2:
        return "The field that tells most."
    lead = f"The {in_letters(n)} fields that tell most"
    if form.measured is not None:
        asked = f"{per_cent(form.measured.right)} of {counted(form.measured.customers, 'customer')} of the study"
        return f"{lead}: by them alone, {asked} come to the same segment as by all."
    if isnan(form.right):
        return f"{lead}."
    estimated = f"an estimated {per_cent(form.right)} of customers"
    return f"{lead}: by them alone, {estimated} come to the same segment as by all."
