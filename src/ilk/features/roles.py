"""What every column does: it builds segments, describes them, or stays out; guessed with a reason, or told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from ilk.accepted import stems_meant
from ilk.errors import BadSetting, MissingColumns
from ilk.features import hints
from ilk.features.blocks import block_problems, chosen_by
from ilk.features.contact import contact_of
from ilk.features.kinds import (
    HEAVY,
    LONG_TAIL,
    MOST_LEVELS,
    Guess,
    Scales,
    is_calendar_year,
    kind_of,
    points_at_one,
    scales_of,
)
from ilk.features.labels import label_of, with_ends
from ilk.features.misfits import misfits
from ilk.features.plans import ColumnPlan, Label, Use
from ilk.features.transforms import level_texts, numbers, present, skewness
from ilk.features.words import tokens_of
from ilk.settings import BLOCKS, Role, Settings
from ilk.sources.evidence import Made
from ilk.sources.scales import order_of
from ilk.sources.source import ColumnFacts, Intake, Note

LOOKED_AT = 2_000
"""Texts of a column that are read to tell e-mail addresses, sentences and lists from names of groups."""

LIST_MARKS = (";", "|", ", ")
"""What stands between several answers in one cell."""

LISTS = 0.2
"""Share of cells with several answers that makes a column one of lists (rule of thumb)."""

FEWEST = 2
"""Building columns below which descriptors build too."""

TOLD = "you said so"

_LATER: Mapping[Role, str] = {
    "choices": "one yes-or-no column per answer would build",
    "topics": "one number column per topic would build",
    "text": "a column of its topics would build",
}
"""What to bring instead of values that make no features as they are."""


@dataclass(frozen=True, slots=True)
class Look:
    """All there is to know about one column when its role is guessed.

    `name` is what it is called in the table, with its source where there are several; `facts` have its own name.
    """

    name: str
    facts: ColumnFacts
    column: pa.ChunkedArray
    label: Label
    scales: Scales
    settings: Settings
    made: Made | None = None

    @property
    def tokens(self) -> tuple[str, ...]:
        """The words of its name."""
        return tokens_of(self.facts.column)

    def texts(self) -> list[str]:
        """Some of its answered values as text."""
        return [text for text in level_texts(self.column.slice(0, LOOKED_AT)).to_pylist() if text is not None]


def plan_columns(
    facts: Sequence[ColumnFacts],
    sample: pa.Table,
    labels: Mapping[str, Label],
    settings: Settings,
    intake: Intake,
    *,
    made: Mapping[str, Made] = MappingProxyType({}),
) -> tuple[ColumnPlan, ...]:
    """Return what each column of `facts` is and does, in their order.

    Args:
        facts: Totals of every column but the id.
        sample: The fit sample, with the columns of `facts`.
        labels: The words for each column; made from the name where there is none.
        settings: What the user said: role, descriptor, ignore, weight, missing, compare_with.
        intake: Where the customers came from; names the id column.
        made: What columns mean that were made from a source, by their name in the table; its role is taken unless the
            user says another, its words unless the labels file has some. One without a role only says the block, and
            the name to guess by.

    Raises:
        MissingColumns: If a setting names columns that are not there.
        BadSetting: If settings contradict each other or the values; all of them at once.
    """
    _check(facts, settings, intake)
    plain = [replace(one, column=made[one.column].column) if one.column in made else one for one in facts]
    scales = scales_of(plain)
    looks = [
        Look(
            name=one.column,
            facts=own,
            column=sample.column(one.column),
            label=_in_order(label_of(labels.get(one.column), own.column, made.get(one.column)), own),
            scales=scales,
            settings=settings,
            made=made.get(one.column),
        )
        for one, own in zip(facts, plain, strict=True)
    ]
    plans = tuple(_plan(look) for look in looks)
    problems = [
        problem for plan, look in zip(plans, looks, strict=True) for problem in misfits(plan, look.facts, settings)
    ]
    problems += block_problems(plans, settings)
    if problems:
        raise BadSetting(_joined(problems), do="change what the flags or ilk.toml say of these columns")
    return chosen_by(_with_descriptors(plans, settings), settings)


def _in_order(label: Label, facts: ColumnFacts) -> Label:
    """The label with the order of texts that are steps, such as never, sometimes, often; what it says itself stands."""
    if label.order or facts.kind != "text":
        return label
    return replace(label, order=order_of(text for text, _ in facts.levels))


def plan_notes(plans: Sequence[ColumnPlan]) -> tuple[Note, ...]:
    """What the user should know about the plan: descriptors that had to build, contact data that was found."""
    drafted = [plan.label.words for plan in plans if plan.role == "descriptor" and plan.use == "builds"]
    contact = [plan.column for plan in plans if plan.role == "contact"]
    notes = []
    if drafted:
        text = f"Fewer than two columns tell what customers do, so these build segments too: {', '.join(drafted)}."
        notes.append(Note("descriptors-build", text))
    if contact:
        text = f"Contact data is used nowhere: {', '.join(contact)}."
        notes.append(Note("contact", text))
    return tuple(notes)


# ---------------------------------------------------------------- one column


def _plan(look: Look) -> ColumnPlan:
    facts, settings, name = look.facts, look.settings, look.name
    if name in settings.ignore or settings.roles.get(name) == "ignore":
        return _planned(look, "ignore", Guess("ignore", TOLD), "out")
    told = settings.roles.get(name)
    if told is not None and told != "descriptor":
        return _told_plan(look, told)
    useless = _useless(facts, settings.missing.get(name))
    if useless:
        return _planned(look, "ignore", Guess("ignore", useless), "out")
    if told == "descriptor" or name in settings.descriptor:
        return _describing(look, _kind(look), TOLD)
    if name == settings.compare_with:
        return _describing(look, Guess("category", "groups"), "the grouping to compare with")
    return _guessed(look)


def _made_plan(look: Look, role: Role, why: str) -> ColumnPlan:
    """The role the column was made for; one that only describes has its values guessed.

    A length of time with a long tail is an amount, as in a table of customers: else the few who were not seen for very
    long would be a segment for that alone.
    """
    if role == "descriptor":
        return _describing(look, _kind(look), why)
    if role == "number" and not look.facts.n_negative and _skewness(look) > HEAVY:
        return _told_plan(look, "amount", f"{why}; {LONG_TAIL}")
    return _told_plan(look, role, why)


def _told_plan(look: Look, role: Role, why: str = TOLD) -> ColumnPlan:
    if role in {"contact", "id", "ignore", "weight"}:
        return _planned(look, role, Guess(role, why), "out")
    if role in _LATER and not (role == "topics" and look.facts.kind in {"number", "flag"}):
        return _planned(look, role, Guess(role, f"{why}; {_LATER[role]}"), "out")
    return _planned(look, role, Guess(role, why), "describes" if role == "date" else "builds")


def _useless(facts: ColumnFacts, meaning: str | None) -> str | None:
    if facts.n_missing == facts.n:
        return "empty"
    if facts.n_distinct > 1:
        return None
    if not facts.n_missing:
        return "the same for everybody"
    return None if meaning in {"zero", "flag"} else "the same wherever it is filled in"


def _guessed(look: Look) -> ColumnPlan:
    if look.made is not None and look.made.role is not None:
        return _made_plan(look, look.made.role, look.made.why or "made from its source")
    guess = _kind(look)
    out = _stays_out(look, guess)
    if out is not None:
        return out
    describes = _describes(look, guess)
    if describes:
        return _describing(look, guess, describes)
    if guess.kind == "date":
        reason = f"a date; --role '{look.name}=number' would build with it"
        return _planned(look, "date", Guess("date", reason), "describes")
    return _planned(look, guess.kind, guess, "builds")


def _stays_out(look: Look, guess: Guess) -> ColumnPlan | None:
    """Contact data, texts that are no groups, and what points at single customers."""
    facts, tokens = look.facts, look.tokens
    contact = contact_of(facts, tokens, look.texts())
    if contact:
        return _planned(look, "contact", Guess("contact", contact), "out")
    if guess.kind in _LATER:
        return _planned(look, guess.kind, Guess(guess.kind, f"{guess.reason}; {_LATER[guess.kind]}"), "out")
    one = points_at_one(facts, tokens)
    if one:
        return _planned(look, "id", Guess("id", one), "out")
    if guess.kind == "category" and facts.n_distinct > MOST_LEVELS:
        reason = f"{facts.n_distinct:,} different texts, too many for groups"
        return _planned(look, "ignore", Guess("category", reason), "out")
    return None


def _describes(look: Look, guess: Guess) -> str | None:
    """Why a column describes and does not build; items of a long battery are attitudes, whatever they are called."""
    if guess.kind == "ordered" and look.scales.of(look.facts, look.tokens):
        return None
    life = _life(look)
    if life:
        return f"tells {life}" if life != "an existing grouping" else "looks like an existing grouping"
    return hints.outcome_of(look.tokens) or (
        "a year of the calendar" if is_calendar_year(look.facts, look.tokens) else None
    )


def _life(look: Look) -> str | None:
    few_levels = bool(look.facts.levels) and look.facts.n_distinct <= MOST_LEVELS // 6
    return hints.life_of(look.tokens, few_levels=few_levels)


def _skewness(look: Look) -> float:
    """Of its numbers, and of their sizes where any is negative; 0 of anything else."""
    if look.facts.kind != "number":
        return 0.0
    values = numbers(look.column)
    return skewness(present(np.abs(values) if look.facts.n_negative else values))


def _kind(look: Look) -> Guess:
    texts = look.texts() if look.facts.kind == "text" else []
    return kind_of(
        look.facts,
        look.label,
        scales=look.scales,
        skewness=_skewness(look),
        long_texts=_are_sentences(look.facts, texts),
        several=_hold_several(texts),
    )


def _are_sentences(facts: ColumnFacts, texts: Sequence[str]) -> bool:
    """Four words a cell on average, and too many different cells for groups."""
    return bool(texts) and not facts.levels and sum(len(text.split()) for text in texts) >= 4 * len(texts)


def _hold_several(texts: Sequence[str]) -> bool:
    """Lists of a few answers: a fifth of the cells hold two or more, and the same answers come in other company."""
    cells = {text.strip() for text in texts}
    for mark in LIST_MARKS:
        split = [text.split(mark) for text in texts]
        answers = {part.strip() for parts in split for part in parts}
        lists = sum(len(parts) > 1 for parts in split)
        if lists and lists >= LISTS * len(split) and len(answers) <= MOST_LEVELS and len(cells) > len(answers):
            return True
    return False


def _describing(look: Look, guess: Guess, reason: str) -> ColumnPlan:
    if guess.kind in _LATER or (guess.kind == "category" and look.facts.n_distinct > MOST_LEVELS):
        too_many = f"{reason}; {look.facts.n_distinct:,} different texts, too many to show"
        return _planned(look, "ignore", Guess(guess.kind, too_many), "out")
    measured = _life(look) in {"age", "birth", "body"} and guess.kind in {"amount", "count"}
    return _planned(look, "descriptor", Guess("number" if measured else guess.kind, reason), "describes")


def _planned(look: Look, role: Role, guess: Guess, use: Use) -> ColumnPlan:
    name, settings = look.name, look.settings
    return ColumnPlan(
        column=name,
        role=role,
        kind=guess.kind,
        use=use,
        reason=guess.reason,
        label=with_ends(look.label, look.facts),
        weight=settings.weight.get(name, 1.0),
        missing=settings.missing.get(name, "skip"),
        block=look.made.block if look.made else "customers",
    )


def _with_descriptors(plans: tuple[ColumnPlan, ...], settings: Settings) -> tuple[ColumnPlan, ...]:
    """Let descriptors build where fewer than two columns do, who customers are before what came of it."""
    said = {*settings.descriptor, settings.compare_with, *(c for c, role in settings.roles.items() if role)}
    for outcomes in (False, True):
        if sum(plan.use == "builds" for plan in plans) >= FEWEST:
            break
        plans = tuple(_drafted(p) if _may_build(p, outcomes=outcomes) and p.column not in said else p for p in plans)
    return plans


def _may_build(plan: ColumnPlan, *, outcomes: bool) -> bool:
    usable = plan.role == "descriptor" and plan.use == "describes" and plan.kind != "date"
    return usable and (outcomes or hints.outcome_of(tokens_of(plan.column)) is None)


def _drafted(plan: ColumnPlan) -> ColumnPlan:
    return replace(plan, use="builds", reason=f"{plan.reason}, and builds because fewer than two other columns do")


# ---------------------------------------------------------------- what the user said


def _check(facts: Sequence[ColumnFacts], settings: Settings, intake: Intake) -> None:
    """Names that are not there, and settings that contradict each other."""
    named = [*settings.roles, *settings.descriptor, *settings.ignore, *settings.weight, *settings.missing]
    named += [settings.compare_with] if settings.compare_with else []
    available = [*(one.column for one in facts), *([intake.id_column] if intake.id_column else [])]
    blocks = [name for name in settings.weight if name in BLOCKS]
    missing = list(dict.fromkeys(name for name in named if name not in available and name not in blocks))
    problems = _contradictions(settings, intake.id_column)
    if missing:
        error = MissingColumns.listing(missing, available, otherwise=stems_meant(missing, settings.stems))
        raise MissingColumns(_joined([error.wrong, *problems]), got=error.got, do=error.do)
    if problems:
        raise BadSetting(_joined(problems), do="change what the flags or ilk.toml say of these columns")


def _contradictions(settings: Settings, id_column: str | None) -> list[str]:
    problems = [f"{name!r} is to be ignored and to describe" for name in settings.descriptor if name in settings.ignore]
    for name, role in settings.roles.items():
        if name in settings.ignore and role != "ignore":
            problems.append(f"{name!r} is to be ignored and to be {role}")
        if name in settings.descriptor and role != "descriptor":
            problems.append(f"{name!r} is to describe and to be {role}")
        if name == id_column and role not in {"id", "ignore"}:
            problems.append(f"{name!r} identifies the customers and cannot be {role}; --id names another column")
    return problems


def _joined(problems: Sequence[str]) -> str:
    return "; ".join(problems)
