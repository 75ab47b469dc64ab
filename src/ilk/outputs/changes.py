"""Changes made by hand in words: what was changed so far, and what a change will do before it is made."""

from __future__ import annotations

from ilk.edit import merged_segment
from ilk.errors import BadInput
from ilk.model.conditions import check_condition, check_known, read_condition, unheard_of
from ilk.model.edits import larger_first, standing, with_what_it_undoes
from ilk.model.model import Model
from ilk.model.parts import Content, Edit
from ilk.outputs.wording import clean, customers, listed, whole, words_of


def changes_of(model: Model) -> tuple[str, ...]:
    """Every change made by hand, oldest first."""
    return tuple(change_text(edit, model.content, undone) for edit, undone in with_what_it_undoes(model.edits))


def change_text(edit: Edit, content: Content, undone: Edit | None = None) -> str:
    """A change in a sentence, with its date and reason: 2026-11-23: Segment 3 renamed to “Regulars” (asked for)."""
    reason = f" ({clean(edit.reason)})" if edit.reason else ""
    made = f"Undone: {made_text(undone, content)}" if undone else made_text(edit, content)
    return f"{clean(edit.date)}: {made}{reason}."


def made_text(edit: Edit, content: Content) -> str:
    """What a change did, without date and reason; segments by the number they were found with."""
    one, other = (_number(uid, content) for uid in (edit.uid, edit.other))
    whose = f"Segment {one}" if one else "A segment"
    if edit.action == "merge":
        return f"Segments {one} and {other} merged" if one and other else "Two segments merged"
    if edit.action == "aside":
        return f"Set aside as “{clean(edit.name or 'Set aside')}”: {clean(edit.text)}"
    if edit.action == "k":
        return f"{edit.number} segment{'s' * (edit.number != 1)} adopted"
    if not edit.text:
        return f"{whose}: {edit.action} removed"
    verbs = {"rename": "{} renamed to “{}”", "note": "{}, note: {}", "use": "{}, use: {}"}
    return verbs[edit.action].format(whose, clean(edit.text))


def merging(model: Model, number: int, other: int) -> str:
    """What merging two segments will do.

    Raises:
        BadInput: If they are not two, or no others would be left.
    """
    if number == other:
        raise BadInput("A segment cannot be merged with itself", do="choose two segments")
    if len(model.segments) == 2:
        raise BadInput("Merging the only two segments leaves nothing to tell apart", do="keep both")
    keeps, goes = larger_first(model.segment(number), model.segment(other))
    whole_one = merged_segment(model, keeps.uid, goes.uid)
    size = customers(whole_one.size, whole_one.share, least=model.min_group, weighted=model.weighted)
    return (
        f"Segments {keeps.number} and {goes.number} become one of {size}. It keeps the number {keeps.number} and will "
        f"be called “{clean(whole_one.persona.name)}”; number {goes.number} is no longer used, the others keep theirs. "
        "How far the two together can be trusted was not measured."
    )


def setting_aside(model: Model, rule: str) -> str:
    """What setting customers aside by a rule will do.

    Raises:
        BadInput: If it is no rule, names a person, or a column the study never saw.
    """
    test = read_condition(rule)
    check_known(test, model.content)
    check_condition(test, model.content)
    column = model.content.column(test.column)
    many = ""
    if test.operator == "=" and test.value in column.levels and column.everyone.levels:
        count = column.everyone.levels[column.levels.index(test.value)]
        many = f" The study saw {customers(count, least=model.min_group)} like this." if count is not None else ""
    if seen := unheard_of(test, model.content):
        values = listed([clean(level) for level in seen])
        many = f" The study told of nobody like this; {words_of(column.plan)} was {values}."
    return (
        f"Customers with {clean(str(test))} become segment 0 wherever customers are assigned from now on.{many} The "
        "figures of the segments stay as they are: only the customers themselves could renew them."
    )


def undoing(model: Model) -> str:
    """What undoing takes back; nothing where nothing was changed."""
    stand = standing(model.edits)
    return f"Takes back the last change: {change_text(stand[-1], model.content)}" if stand else ""


def adopting(model: Model, k: int) -> str:
    """What adopting another number of segments will do."""
    n = whole(k)
    here = len(model.segments)
    return (
        f"Every page, the report and all customers assigned from now on will have {n} segment{'s' * (k != 1)} instead "
        f"of {whole(here)}. Names, notes and merges of the {whole(here)} are kept, should you come back to them."
    )


def rule_of(column: str, operator: str, value: str) -> str:
    """A rule as it is typed: the column in double quotes, the value in single ones."""
    inside = {'"': column.replace('"', '""'), "'": value.replace("'", "''")}
    return " ".join((f'"{inside[chr(34)]}"', operator, f"'{inside[chr(39)]}'"))


def _number(uid: str, content: Content) -> int | None:
    """The number a segment was found with."""
    return next((s.number for solution in content.solutions for s in solution.segments if s.uid == uid), None)
