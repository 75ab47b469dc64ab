"""Which columns of a model one question of the form fills together: answers to choose, and topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ilk.app.together import NONE, Choices, Doing, Option, Topics, Writing, unlike_words
from ilk.features.labels import made_label
from ilk.model.model import Model
from ilk.model.parts import ColumnSummary
from ilk.outputs.wording import clean, listed, per_cent, words_of
from ilk.profile.grammar import capital
from ilk.profile.statements import TURNED
from ilk.sources.activity.interests import InterestPlan
from ilk.sources.activity.plan import ActivityPlan
from ilk.sources.joined.brought import Brought
from ilk.sources.survey.questions import Question
from ilk.sources.survey.read import SurveyPlan

MOST_OFTEN = 3
"""Answers told that are chosen most."""

ANSWERS, INTERESTS = "Answers", "Interests"
"""Headings where everything comes from one kind of source."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a survey, and the columns of the model's table that were made of it.

    `source` is what brought it.
    """

    source: Brought
    question: Question
    columns: tuple[str, ...]


def asked_of(model: Model) -> tuple[Asked, ...]:
    """Every question of every survey of a model."""
    return tuple(
        Asked(source, question, tuple(names[made.column] for made in question.made if made.column in names))
        for source in model.content.sources
        if isinstance(source.plan, SurveyPlan)
        for names in [dict(source.columns)]
        for question in source.plan.questions
    )


def turned_of(asked: Sequence[Asked]) -> dict[str, Question]:
    """The questions whose scale was turned, by the column that came of each."""
    return {one.columns[0]: one.question for one in asked if one.columns and one.question.made[0].turned}


def as_put(words: str, turned: Question | None) -> str:
    """The words of a column as the question was put, where its scale was turned since."""
    said = words.removesuffix(TURNED) if turned else words
    named = turned is not None and said.casefold() == turned.column.casefold()
    return capital(made_label(said).words) if named else said


def of_several_blocks(model: Model, names: Iterable[str]) -> bool:
    """Whether columns come from several kinds of sources, so that headings say which."""
    return len({model.content.column(name).plan.block for name in names}) > 1


def choices_of(model: Model, asked: Sequence[Asked], names: Sequence[str]) -> Iterator[Choices]:
    """Questions that take several answers, each as one; of the columns only those the form asks for.

    Args:
        model: Any model.
        asked: Its questions.
        names: Columns the form asks for.
    """
    for name, source, columns in _questions(asked):
        there = [column for column in columns if column in names]
        if len(there) > 1:
            found = [model.content.column(column) for column in there]
            words = unlike_words([_answer(one, name) for one in found], there)
            options = tuple(
                Option(said, one.plan.column, numeric=one.facts.kind == "number")
                for said, one in zip(words, found, strict=True)
            )
            heading = capital(source.block) if of_several_blocks(model, names) else ANSWERS
            yield Choices(there[0], _question(name), heading, _about_choices(found, words, source), options)


def topics_of(model: Model, names: Sequence[str]) -> Iterator[Topics]:
    """Topics that belong together, each set as one question; a text tells those that were made of texts.

    Args:
        model: Any model.
        names: Columns the form asks for.
    """
    several = of_several_blocks(model, names)
    left = [name for name in names if model.content.column(name).plan.kind == "topics"]
    for label, about, writing in _writings(model):
        there = [name for name in left if name in writing.columns]
        left = [name for name in left if name not in writing.columns]
        if there:
            yield _topics(model, there, (label, about), writing, several=several)
    for source in (*model.content.sources, None):
        own = {name for _, name in source.columns} if source else set(left)
        there = [name for name in left if name in own]
        left = [name for name in left if name not in own]
        if there:
            label = f"What they are interested in, as {clean(source.name)} has it" if source else "Interests"
            yield _topics(model, there, (label, _about_topics(source)), None, several=several)


def _questions(asked: Sequence[Asked]) -> Iterator[tuple[str, Brought, list[str]]]:
    """Name, source and columns of what takes several answers: in one cell, or boxes of one question."""
    boxes: dict[tuple[str, ...], list[str]] = {}
    for one in asked:
        if one.question.way == "choices":
            yield one.question.column, one.source, list(one.columns)
        if one.question.way == "ticks" and len(one.question.ticks) > 1:
            boxes.setdefault(one.question.ticks, []).extend(one.columns)
            if one.question.column == one.question.ticks[-1]:
                yield one.question.made[0].group, one.source, boxes[one.question.ticks]


def _writings(model: Model) -> Iterator[tuple[str, str, Writing | Doing]]:
    """(label, help, how) of everything that was written and became topics, or done and became interests."""
    for text in model.content.texts:
        words = words_of_column(text.column.removeprefix(f"{text.block}."))
        yield f"What they wrote: {words}", _ABOUT_TEXT, Writing(text.plan, text.names, by_record=False)
    for source in model.content.sources:
        plan = source.plan
        if isinstance(plan, ActivityPlan) and plan.text is not None:
            names = dict(source.columns)
            columns = tuple(names[column] for column in plan.text_columns)
            label = f"What they wrote, as {clean(source.name)} has it: each on a line of its own"
            yield label, _ABOUT_TEXT, Writing(plan.text, columns, by_record=True)
        if isinstance(plan, ActivityPlan) and plan.learnt is not None:
            names = dict(source.columns)
            columns = tuple(names[column] for column in plan.learnt_columns)
            label = f"What they did, as {clean(source.name)} has it: a topic on a line of its own"
            yield label, _about_doing(plan.learnt), Doing(plan.learnt, columns)


def words_of_column(name: str) -> str:
    """The name of a column of texts, which has no words of its own in a model."""
    return clean(name.replace("_", " ").strip())


def _about_doing(learnt: InterestPlan) -> str:
    some = listed([clean(learnt.told(i)[0]) for i in range(MOST_OFTEN) if i < len(learnt.names) and learnt.told(i)])
    known = f"{len(learnt.keys):,} topics are known, such as {some}"
    return f"{known}; how much of one stands behind =, once where nothing does. What is typed here is kept nowhere."


_ABOUT_TEXT = "It is read as the study read texts, into the topics below; what is typed here is kept nowhere."


def _topics(
    model: Model, there: list[str], told: tuple[str, str], writing: Writing | Doing | None, *, several: bool
) -> Topics:
    label, about = told
    block = model.content.column(there[0]).plan.block
    heading = capital(block) if several and block != "customers" else INTERESTS
    words = unlike_words([words_of(model.content.column(name).plan) for name in there], there)
    options = tuple(Option(said, name) for said, name in zip(words, there, strict=True))
    return Topics(there[0], label, heading, about, options, writing)


def _about_topics(source: Brought | None) -> str:
    made = f"Made from {clean(source.name)}. " if source else ""
    amount = "many records there are" if source and source.block == "activity" else "much there is of each"
    return f"{made}Pick all there is, and say how {amount}; “{NONE}” where there is nothing."


def _about_choices(found: Sequence[ColumnSummary], words: Sequence[str], source: Brought) -> str:
    shares = [(one.everyone.mean or 0.0, said) for one, said in zip(found, words, strict=True)]
    most = [f"{said} ({per_cent(share)})" for share, said in sorted(shares, key=lambda one: -one[0])[:MOST_OFTEN]]
    return f"Made from {clean(source.name)}. Chosen most often: {listed(most)}. “{NONE}” where nothing was chosen."


def _answer(column: ColumnSummary, question: str) -> str:
    """An answer without the question before it."""
    name = column.plan.column
    own = name.rpartition(f"{question}: ")[2]
    return own if own != name else words_of(column.plan, longest=10_000)


def _question(name: str) -> str:
    return capital(clean(name.replace("_", " ").strip()))
