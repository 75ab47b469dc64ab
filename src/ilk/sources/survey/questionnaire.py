"""What each column of a questionnaire is: steps of a scale, boxes to tick, several answers in one cell, a weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ilk.errors import BadSetting, MissingColumns, listed
from ilk.settings import ROLES, Role
from ilk.sources.evidence import Made
from ilk.sources.names import clean_names, words_of
from ilk.sources.scale_words import SCALES, Scale, plain
from ilk.sources.scales import FEWEST, order_of, scale_of
from ilk.sources.survey.boxes import ticks_of
from ilk.sources.survey.questions import Question
from ilk.sources.survey.several import MOST_ANSWERS, answers_in, choices_mark, wholes_of
from ilk.sources.survey.sheet import Sheet, groups_of, is_worded

OTHERS = "other answers"

WEIGHTS = frozenset(
    {"weight", "weights", "wt", "wgt", "weighting", "gewicht", "gewichtung", "poids", "peso", "gewogen"}
)
"""Words in the name of a column of respondents' weights - or of how heavy they are."""

OF_RESPONDENTS = frozenset(
    {"survey", "design", "respondent", "respondents", "final", "post", "sample", "sampling", "person", "case", "factor"}
)
"""Words beside them that leave no doubt."""

SOUND = 0.9
"""Share of weights that are not below 0, at the least, in a column of them (rule of thumb)."""


def questions_of(sheet: Sheet) -> tuple[Question, ...]:
    """Return what each column of a questionnaire is, in their order.

    Raises:
        BadSetting: If a scale is to be turned that is none.
        MissingColumns: If a column that is to be turned is not there.
    """
    _check_turned(sheet)
    groups = groups_of(sheet.table.column_names)
    ticks = ticks_of(sheet, groups)
    free = [
        name for name in sheet.table.column_names if name not in ticks and sheet.told.get(name) in (None, "ordered")
    ]
    steps = _steps(sheet, free, groups)
    found = []
    for name in sheet.table.column_names:
        if name in ticks and ticks[name] is None:
            continue
        question = ticks.get(name) or steps.get(name) or (_choices(sheet, name) if name in free else None)
        found.append(question or _as_it_is(sheet, name, groups.get(name, ("", ""))))
    return _with_own_names(found)


# ---------------------------------------------------------------- steps


def _steps(sheet: Sheet, names: Sequence[str], groups: Mapping[str, tuple[str, str]]) -> dict[str, Question]:
    """Words that are steps: of a scale that we know, numbered, or bands."""
    texts = {name: counts for name in names if 2 <= len(counts := sheet.counts(name)) <= MOST_ANSWERS}
    scales = {name: scale for name, counts in texts.items() if (scale := scale_of(list(counts)))}
    used = list(dict.fromkeys(scale.name for scale in scales.values()))
    for name, counts in texts.items():
        scale = scale_of(list(counts), fewest=2) if name not in scales else None
        if scale is not None and scale.name in used:
            scales[name] = scale
    spelled = {scale: _spellings(scale, [texts[n] for n, s in scales.items() if s is scale]) for scale in SCALES}
    found = {}
    for name, counts in texts.items():
        group = groups.get(name, ("", ""))
        if name in scales:
            found[name] = _step_question(sheet, name, spelled[scales[name]], group, scales[name])
        elif len(counts) >= FEWEST and (order := order_of(counts)):
            found[name] = _step_question(sheet, name, tuple((plain(text), text) for text in order), group)
    return found


def _spellings(scale: Scale, columns: Sequence[Mapping[str, int]]) -> tuple[tuple[str, str], ...]:
    """Every way somebody said a step of a scale, and the way most said it, lowest step first."""
    counts: Counter[str] = Counter()
    for column in columns:
        counts.update(column)
    by_step: dict[int, list[str]] = {}
    for text in sorted(counts, key=lambda text: (-counts[text], text)):
        by_step.setdefault(scale.step_of(text) or 0, []).append(text)
    return tuple((plain(text), by_step[step][0]) for step in sorted(by_step) for text in by_step[step])


def _step_question(
    sheet: Sheet,
    name: str,
    spellings: tuple[tuple[str, str], ...],
    group: tuple[str, str],
    scale: Scale | None = None,
) -> Question:
    order = tuple(dict.fromkeys(text for _, text in spellings))
    turned = name in sheet.turned
    words = group[1] if is_worded(group[1]) else ""
    why = f"{len(order)} steps" + (f" of {scale.name}" if scale else "") + (", turned" if turned else "")
    made = Made(name, "survey", None, words=words, group=group[0], order=order[::-1] if turned else order, why=why)
    if turned:
        made = replace(made, words=f"{words or name} (reversed)", turned=True)
    return Question(name, "text", "steps", (made,), scale=scale.name if scale else "", spellings=spellings)


# ---------------------------------------------------------------- several answers in one cell


def _choices(sheet: Sheet, name: str) -> Question | None:
    counts = sheet.counts(name)
    mark = choices_mark(counts)
    if mark is None:
        return None
    wholes = wholes_of(counts, mark, sheet.min_group)
    cells = {cell: answers_in(cell, mark, wholes) for cell in counts}
    said: Counter[str] = Counter()
    for cell, n in counts.items():
        said.update(dict.fromkeys(cells[cell], n))
    chosen: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for answer in sorted(said, key=lambda e: (-said[e], e)):
        spelled.setdefault(plain(answer), answer)
        chosen[plain(answer)] += said[answer]
    kept = [each for each in sorted(chosen, key=lambda e: (-chosen[e], e)) if chosen[each] >= sheet.min_group]
    others = sum(n for cell, n in counts.items() if any(plain(answer) not in kept for answer in cells[cell]))
    options = [spelled[each] for each in kept] + ([OTHERS] if others >= sheet.min_group else [])
    if not options:
        return None
    made = tuple(_choice_made(name, option) for option in options)
    return Question(name, "text", "choices", made, spellings=tuple((each, spelled[each]) for each in kept), mark=mark)


def _choice_made(name: str, option: str) -> Made:
    words = f"{' '.join(words_of(name))}: {option}" if len(name) <= 24 else option
    return Made(f"{name}: {option}", "survey", "flag", words=words, group=name, why=f"one of several answers to {name}")


# ---------------------------------------------------------------- the rest


def _as_it_is(sheet: Sheet, name: str, group: tuple[str, str]) -> Question:
    told, kind = sheet.told.get(name), sheet.kinds[name]
    if told == "weight" or (told is None and is_weight(name, sheet.table.column(name))):
        why = "you said so" if told else "how much each respondent counts"
        made = Made(name, "survey", "weight", why=why)
        return Question(name, kind, "as it is", (made,))
    if told in {"time", "channel"}:
        made = Made(name, "survey", "descriptor", why=f"the {told} of the answers")
        return Question(name, kind, "as it is", (made,))
    role: Role | None = told if told in ROLES else None  # type: ignore[assignment]
    words = group[1] if is_worded(group[1]) else ""
    made = Made(
        name, "survey", role, words=words, group=group[0] if kind == "number" else "", why="you said so" if role else ""
    )
    if name not in sheet.turned:
        return Question(name, kind, "as it is", (made,))
    low, high = _ends(sheet, name)
    made = replace(made, words=f"{words or name} (reversed)", why="steps, turned", turned=True)
    return Question(name, kind, "as it is", (made,), turned=low + high)


def is_weight(name: str, values: pa.ChunkedArray) -> bool:
    """Whether a column says how much each respondent counts, and not how heavy they are: its mean is near 1.

    A few below 0 or a marker such as -99 spoil a weight and make no other question of it: that would build segments.
    """
    said = set(words_of(name))
    if not said & WEIGHTS or not pa.types.is_floating(values.type) or values.null_count == len(values):
        return False
    known = values.drop_null()
    sound = known.filter(pc.greater_equal(known, 0.0))
    if len(sound) < SOUND * len(known):
        return False
    return bool(said & OF_RESPONDENTS) or 0.8 <= pc.mean(sound).as_py() <= 1.25


def _ends(sheet: Sheet, name: str) -> tuple[float, float]:
    """Lowest and highest step of a scale of numbers: the one most columns share that has room for this one."""
    own = _range(sheet, name)
    found = Counter(_range(sheet, each) for each in sheet.table.column_names if sheet.kinds[each] == "number")
    fitting = {ends: n for ends, n in found.items() if ends[0] <= own[0] and own[1] <= ends[1] <= 10}
    return max(fitting, key=lambda ends: (fitting[ends], -ends[1]), default=own)


def _range(sheet: Sheet, name: str) -> tuple[float, float]:
    ends = pc.min_max(sheet.table.column(name)).as_py()
    return (ends["min"], ends["max"]) if ends["min"] is not None else (float("nan"), float("nan"))


def _check_turned(sheet: Sheet) -> None:
    missing = sorted(sheet.turned - set(sheet.table.column_names))
    if missing:
        raise MissingColumns.listing(missing, sheet.table.column_names)
    wrong = [name for name in sorted(sheet.turned) if not _has_steps(sheet, name)]
    if wrong:
        raise BadSetting(
            f"Only a scale can be turned, and {listed(wrong)} {'is' if len(wrong) == 1 else 'are'} none",
            do="leave them out of --reverse, and out of `reversed` in the labels file",
        )


def _has_steps(sheet: Sheet, name: str) -> bool:
    texts = list(sheet.counts(name))
    return sheet.kinds[name] == "number" or bool(scale_of(texts) or order_of(texts))


def _with_own_names(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Number names that two columns would share, and tidy those made of answers."""
    unique, _ = clean_names([made.column for question in questions for made in question.made])
    names = iter(unique)
    return tuple(
        replace(question, made=tuple(replace(made, column=next(names)) for made in question.made))
        for question in questions
    )
