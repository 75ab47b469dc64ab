"""A survey becomes one row a respondent: steps in their order, a yes or no for each choice, no answer left as none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from ilk.errors import BadInput, listed
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.evidence import Evidence
from ilk.sources.source import Kind, Note
from ilk.sources.survey.questionnaire import questions_of
from ilk.sources.survey.questions import Question, columns_of
from ilk.sources.survey.reversed import suspects_note, turned_columns
from ilk.sources.survey.sheet import Sheet
from ilk.sources.survey.waves import Expected, Wave, read_waves, together

FEWEST = 2
"""Respondents of a survey; one alone is like nobody."""


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """How answers become columns; no respondent's answer is in it.

    Args:
        questions: Each column of the questionnaire that is used.
        names: (theirs, ours): what columns of other files are called.
        channel: The question that is not asked: which file an answer came from; nothing where there was one file.
    """

    questions: tuple[Question, ...]
    names: tuple[tuple[str, str], ...] = ()
    channel: str = ""

    @property
    def scored(self) -> tuple[Question, ...]:
        """The questions that say anything of one respondent; weights are for a fit."""
        return tuple(question for question in self.questions if question.made[0].role != "weight")

    @property
    def asked(self) -> dict[str, Kind]:
        """The columns that a file has to have, and how each is read."""
        kinds = {column: question.kind for question in self.scored for column in question.columns}
        return {column: kind for column, kind in kinds.items() if column != self.channel}


def read_survey(
    sources: Any | Sequence[Any],
    settings: Settings,
    plan: SurveyPlan | None = None,
    progress: Progress | None = None,
) -> Evidence[SurveyPlan]:
    """Read a survey, one row a respondent, and return its columns as they can be used.

    Args:
        sources: A path or a frame, or several: waves or channels of one questionnaire.
        settings: `role`, `survey_map`, `reverse`, `labels`, `id`, `threads`, `delimiter` and `min_group` are used here.
        plan: How other answers became columns; these become the same.
        progress: Told how far it is, asked whether to stop.

    Returns:
        Numbers, flags, dates and texts as they are; steps in words as texts with their order in `made`; a flag for each
        answer of a question that takes several.

    Raises:
        BadInput: If it cannot be used, or has one respondent only and no plan.
        BadSetting: If what was said contradicts itself.
        FileTrouble: If it cannot be read.
        MissingColumns: If a column that was named, or that the plan knows, is not there.
    """
    files = list(sources) if isinstance(sources, (list, tuple)) else [sources]
    expected = Expected(plan.asked, dict(plan.names)) if plan else None
    waves = read_waves(files, settings, expected, progress or Progress())
    answers = together(waves, plan.channel if plan else "")
    made = replace(plan, questions=plan.scored) if plan else _plan(answers, settings, files)
    table = _table(answers, made)
    notes = () if plan else _notes(made, table)
    intake = replace(answers.intake, notes=(*answers.intake.notes, *notes))
    means = tuple(each for question in made.questions for each in question.made)
    return Evidence("survey", table, means, intake, answers.rejects, made)


def _plan(answers: Wave, settings: Settings, files: Sequence[Any]) -> SurveyPlan:
    """Look at the answers and say what each column is.

    Raises:
        BadInput: If there is one respondent only.
    """
    n = answers.table.num_rows
    if n < FEWEST:
        aside, lines = answers.intake.rejects, n + answers.intake.rejects
        raise BadInput(
            f"{answers.intake.name} has {n} respondent{'s' * (n != 1)}, and one alone is like nobody",
            got=f"{lines:,} line{'s' * (lines != 1)} of answers, {aside:,} set aside",
            do="bring the answers of more people",
        )
    questions = answers.table.drop_columns(answers.table.column_names[:1])
    sheet = Sheet(
        table=questions,
        kinds=answers.kinds,
        told=answers.told,
        turned=turned_columns(settings, files, questions.column_names),
        min_group=settings.min_group,
    )
    return SurveyPlan(questions_of(sheet), tuple(sorted(settings.survey_map.items())), answers.channel)


def _table(answers: Wave, plan: SurveyPlan) -> pa.Table:
    columns = [answers.table.column(0)]
    names = [answers.table.column_names[0]]
    for question in plan.questions:
        columns += columns_of(question, answers.table)
        names += [made.column for made in question.made]
    return pa.table(columns, names=names)


def _notes(plan: SurveyPlan, table: pa.Table) -> tuple[Note, ...]:
    """What was understood, for people to check."""
    ways = {way: [q.made[0].column for q in plan.questions if q.way == way] for way in ("steps", "one tick")}
    ways |= {way: [q.column for q in plan.questions if q.way == way] for way in ("ticks", "choices")}
    steps = [*ways["steps"], *ways["one tick"]]
    said = (
        ("steps", f"Steps in words, put in their order: {listed(steps)}", steps),
        ("ticks", f"Boxes, ticked or not: {listed(ways['ticks'])}", ways["ticks"]),
        ("choices", f"Several answers in one cell, a column each: {listed(ways['choices'])}", ways["choices"]),
    )
    return (*(Note(code, text) for code, text, names in said if names), *suspects_note(plan.questions, table))
