"""One step of a rule in words, and the same for programs."""

from __future__ import annotations

from ilk.model.parts import Condition
from ilk.profile.phrases import said_yes
from ilk.profile.questions import MANY_BLANKS, Question


def conditions_of(question: Question, low: int, high: int) -> list[Condition]:
    """The conditions low < code <= high stands for; `missing` tells whether a blank meets each."""
    column = question.plan.column
    if question.level:
        is_level = low >= 0
        return [Condition(column, "is" if is_level else "is not", levels=(question.level,), missing=not is_level)]
    blank = question.blanks > 0.0
    if question.steps:
        own = _steps(question, low, high)
        return [Condition(column, "is", levels=own, missing=blank and _meets_blank(question, low, high))]
    found = []
    if low >= 0:
        found.append(Condition(column, ">", question.cuts[low], missing=blank and not question.blank_low))
    if high < len(question.cuts):
        found.append(Condition(column, "<=", question.cuts[high], missing=blank and question.blank_low))
    return found


def _steps(question: Question, low: int, high: int) -> tuple[str, ...]:
    """The steps between the limits that may be told."""
    return tuple(step for step in question.steps[low + 1 : high + 1] if step)


def rule_text(question: Question, low: int, high: int) -> str:
    """Low < code <= high in words: "no cash advances", "balance over 500", "tenure from 7 to 11"."""
    text = _text(question, low, high)
    told = question.blanks >= MANY_BLANKS and _meets_blank(question, low, high)
    return f"{text} (or blank)" if told else text


def _text(question: Question, low: int, high: int) -> str:
    words = question.words
    if question.plan.kind == "flag" or question.yes:
        return said_yes(words, yes=low >= 0)
    if question.level:
        return f"{words.topic} {'' if low >= 0 else 'not '}“{question.level}”"
    if question.steps:
        return f"{words.plain}{':' if words.statement else ''} {_step_text(question, low, high)}"
    over = question.cuts[low] if low >= 0 else None
    up_to = question.cuts[high] if high < len(question.cuts) else None
    doing = words.measure in {"amount", "count", "frequency"} or question.plan.kind == "topics"
    if doing and over is None and up_to == 0.0:
        return f"no {words.topic}"
    if doing and over == 0.0:
        some = f"some {words.topic}"
        return some if up_to is None else f"{some}, {_bounds(question, None, up_to)}"
    return _bounds(question, over, up_to)


def _step_text(question: Question, low: int, high: int) -> str:
    """“Agree” or “Strongly agree”; of more steps from an end on, if all may be told, up to which or from which."""
    own, several = _steps(question, low, high), high - low > 2
    if several and len(own) == high - low and low >= 0:
        return f"at least “{own[0]}”" if high + 1 >= len(question.steps) else " or ".join(f"“{step}”" for step in own)
    if several and len(own) == high - low:
        return f"at most “{own[-1]}”"
    return " or ".join(f"“{step}”" for step in own) or "a rare answer"


def _bounds(question: Question, over: float | None, up_to: float | None) -> str:
    noun, said = _noun(question), question.words.said
    if over is not None and up_to is not None:
        if question.whole:
            first = over + 1.0
            return f"{noun} {said(first)}" + (f" to {said(up_to)}" if up_to > first else "")
        return f"{noun} from {said(over)} to {said(up_to)}"
    if over is not None:
        return f"{noun} at least {said(over + 1.0)}" if question.whole else f"{noun} over {said(over)}"
    assert up_to is not None
    return f"{noun} at most {said(up_to)}"


def _noun(question: Question) -> str:
    words = question.words
    if words.measure == "count":
        return words.plain if words.plain.startswith("number of ") else f"number of {words.topic}"
    return words.noun if words.noun.endswith(" spend") else words.plain


def _meets_blank(question: Question, low: int, high: int) -> bool:
    """Whether the code blanks have lies between the limits."""
    code = 0 if question.blank_low else len(question.cuts)
    return low < code <= high
