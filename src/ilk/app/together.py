"""Questions of the form that fill several columns at once: what somebody chose, and what somebody is interested in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ilk.app.entry import read_entry
from ilk.app.field import Held, Read, is_yes
from ilk.outputs.wording import listed, per_cent
from ilk.sources.activity.interests import InterestPlan
from ilk.sources.activity.sums import MOST_WEIGHT
from ilk.sources.texts.topics import TextPlan, score_texts

NONE = "None of these"
"""What is picked where somebody answered, and chose nothing; nothing picked is nothing known."""

BESIDE = f"“{NONE}” is left out, because others are chosen."
BETWEEN, EQUALS = "\n", "="
"""In an address: between what is picked, and before how much of it there is."""


@dataclass(frozen=True, slots=True)
class Option:
    """What can be picked, and the column it fills; `numeric` where that holds 0 and 1."""

    words: str
    column: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """A question of which somebody may choose several answers: a yes or no for each column.

    Args:
        column: The first of its columns, by which it is known.
        label: What it asks.
        group: The heading it stands under.
        help: A sentence or two on it.
        options: What can be chosen.
    """

    column: str
    label: str
    group: str
    help: str
    options: tuple[Option, ...]
    kind: Literal["choices"] = "choices"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it fills."""
        return tuple(option.column for option in self.options)

    def read(self, given: Any) -> Read:
        """Read what was picked; values by column are taken as they are."""
        if isinstance(given, Mapping):
            return Read(_known(given))
        picked = list(given or ())
        if not picked:
            return Read()
        values = {option.column: _flag(option, option.words in picked) for option in self.options}
        return Read(values, BESIDE if NONE in picked and len(picked) > 1 else "")

    def held(self, row: Mapping[str, Any]) -> Held:
        """What to put into it so that it holds a customer, who may have answered all of it, or nothing, or a part."""
        known = {
            option: _flag(option, is_yes(row[option.column]))
            for option in self.options
            if row.get(option.column) not in (None, "")
        }
        shown = [option.words for option, yes in known.items() if yes] or ([NONE] if known else [])
        return Held(shown, {option.column: value for option, value in known.items()})

    def of_address(self, text: str) -> Held | None:
        """What an address says was picked; None where that is not to be picked."""
        picked = text.split(BETWEEN)
        return Held(picked, None) if set(picked) <= {NONE, *(option.words for option in self.options)} else None

    def in_address(self, given: Any) -> str:
        """What was picked, for an address."""
        return BETWEEN.join(self.held(given).shown if isinstance(given, Mapping) else given or ())


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked, how much there is of each as it was typed, and what somebody wrote."""

    picked: tuple[str, ...] = ()
    amounts: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text becomes topics: as the model's source was read.

    Args:
        plan: The words, and the map from them to topics.
        columns: The column of each topic, in the order of the plan.
        by_record: Whether amounts count records about a topic, a line each; else they are shares of the text.
    """

    plan: TextPlan
    columns: tuple[str, ...]
    by_record: bool

    def amounts(self, text: str) -> dict[str, float]:
        """How much of each topic a text has, as the table of the study would hold it."""
        lines = sum(bool(line.strip()) for line in text.splitlines()) if self.by_record else 1
        scores = (score_texts(self.plan, [text])[0] * lines).astype(np.float32)
        return dict(zip(self.columns, scores.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Doing:
    """How what somebody did becomes interests that were learnt: a topic a line, and behind = how much of it.

    Args:
        plan: The topics, and how they are dealt out to interests.
        columns: The column of each interest, in the order of the plan.
    """

    plan: InterestPlan
    columns: tuple[str, ...]

    def amounts(self, text: str) -> dict[str, float]:
        """How much of each interest there is, as the table of the study would hold it."""
        weights: dict[str, float] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            topic, times = _counted(line)
            weights[topic] = weights.get(topic, 0.0) + times
        return dict(zip(self.columns, self.plan.amounts_of(weights), strict=True))


def _counted(line: str) -> tuple[str, float]:
    """A topic and how much of it; a line that does not end in a number above nought is a topic, once."""
    topic, mark, amount = line.rpartition(EQUALS)
    try:
        times = float(amount) if mark else 0.0
    except ValueError:
        times = 0.0
    return (topic.strip(), times) if 0.0 < times < MOST_WEIGHT else (line, 1.0)


@dataclass(frozen=True, slots=True)
class Topics:
    """What somebody is interested in: picked from all topics with how much of each, or told from what they wrote.

    Args:
        column: The first of its columns, by which it is known.
        label: What it asks.
        group: The heading it stands under.
        help: A sentence or two on it.
        options: What can be picked.
        writing: How what is typed becomes these topics; None where they were made of neither texts nor other topics.
    """

    column: str
    label: str
    group: str
    help: str
    options: tuple[Option, ...]
    writing: Writing | Doing | None = None
    kind: Literal["topics"] = "topics"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it fills."""
        return tuple(option.column for option in self.options)

    def read(self, given: Any) -> Read:
        """Read what was picked and typed; values by column are taken as they are.

        Raises:
            ValueError: With a sentence for who typed it.
        """
        if given is None or isinstance(given, Mapping):
            return Read(_known(given or {}))
        if self.writing is not None and given.text.strip():
            return self._written(self.writing.amounts(given.text))
        if not given.picked:
            return Read()
        amounts = {words: _amount(words, given.amounts.get(words, "")) for words in given.picked if words != NONE}
        values = {option.column: amounts.get(option.words, 0.0) for option in self.options}
        return Read(values, BESIDE if NONE in given.picked and amounts else "")

    def held(self, row: Mapping[str, Any]) -> Held:
        """What to put into it so that it holds a customer; topics of which there is nothing are not picked."""
        known = {
            option: float(row[option.column]) for option in self.options if row.get(option.column) not in (None, "")
        }
        some = {option.words: f"{value:.6g}" for option, value in known.items() if value}
        picked = tuple(some) or ((NONE,) if known else ())
        return Held(Picked(picked, some), {option.column: value for option, value in known.items()})

    def of_address(self, text: str) -> Held | None:
        """What an address says was picked; None where that is not to be picked."""
        told = [part.rpartition(EQUALS) for part in text.split(BETWEEN)]
        some = {words: amount for words, mark, amount in told if mark}
        picked = tuple(words if mark else amount for words, mark, amount in told)
        known = {NONE, *(option.words for option in self.options)}
        return Held(Picked(picked, some), None) if set(picked) <= known else None

    def in_address(self, given: Any) -> str:
        """What was picked, for an address; what somebody wrote is never in one."""
        if given is None:
            return ""
        exact = isinstance(given, Mapping)
        told = self.held(given).shown if exact else given
        some = {option.words: given.get(option.column) for option in self.options} if exact else told.amounts
        return BETWEEN.join(
            words if words == NONE else f"{words}{EQUALS}{some.get(words) or 1}" for words in told.picked
        )

    def _written(self, amounts: Mapping[str, float]) -> Read:
        whole = sum(amounts.values())
        values = {option.column: amounts[option.column] for option in self.options}
        said = [
            f"{option.words} {per_cent(values[option.column] / whole)}"
            for option in sorted(self.options, key=lambda option: -values[option.column])
            if whole and values[option.column]
        ]
        return Read(values, f"Read as about {listed(said)}." if said else "About none of the topics the model knows.")


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in values.items() if value is not None}


def _flag(option: Option, yes: bool) -> float | bool:
    return float(yes) if option.numeric else yes


def _amount(words: str, text: str) -> float:
    """How much of a topic: 1 where nothing was typed.

    Raises:
        ValueError: If it is no number, or below nought.
    """
    try:
        found = read_entry(text, "number").value
    except ValueError as error:
        raise ValueError(f"{words}: {error}") from None
    amount = 1.0 if found is None else float(found)
    if amount < 0:
        raise ValueError(f"{words}: there cannot be less than none of it.")
    return amount


def unlike_words(words: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """What each column is called, by its own name where two would be called the same."""
    return tuple(
        said if words.count(said) == 1 and said != NONE else name for said, name in zip(words, columns, strict=True)
    )
