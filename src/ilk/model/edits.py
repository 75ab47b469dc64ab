"""What a model says after the changes made by hand; the hashed content stays as it was."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ilk.errors import BadInput
from ilk.model.conditions import Clause, check_condition, read_condition
from ilk.model.parts import Content, Edit, Segment, Solution

LONGEST_NAME = 60
"""Letters of a persona's name at the most; longer ones are cut off on cards and axes."""

LONGEST_TEXT = 2_000
"""Letters of a note or a reason at the most."""

ASKS_WHY: dict[str, str] = {
    "rename": "A new name",
    "merge": "Merging two segments",
    "aside": "Setting customers aside",
    "k": "Another number of segments",
    "undo": "Undoing such a change",
}
"""Changes by hand that need a reason; a note, or what is done with a segment, says it itself."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Customers who become segment 0, and what they are called."""

    test: Clause
    name: str


@dataclass(frozen=True, slots=True)
class View:
    """A model after its edits.

    Args:
        solution: The number of segments adopted, as it was fitted.
        segments: What customers are assigned to, by number; fewer than the solution's after a merge.
        owner: For each row of the scorer the position of its segment in `segments`.
        asides: Who is set aside before anything is scored, in the order the rules were given.
    """

    solution: Solution
    segments: tuple[Segment, ...]
    owner: tuple[int, ...]
    asides: tuple[Aside, ...]

    @property
    def leaves_out(self) -> bool:
        """Whether a customer can be unlike anyone, and so in no segment."""
        return self.solution.n_unlike is not None

    @property
    def merged(self) -> bool:
        """Whether two segments were made one."""
        return len(self.segments) < len(self.owner)

    def is_merged(self, segment: Segment) -> bool:
        """Whether this segment was made of several."""
        return self.owner.count(self.segments.index(segment)) > 1


@dataclass(frozen=True, slots=True)
class _State:
    """Edits so far: segments and owners of every k that was touched, so that going back to a k finds its names."""

    content: Content
    k: int
    done: tuple[tuple[int, tuple[Segment, ...], tuple[int, ...]], ...] = ()
    asides: tuple[Aside, ...] = ()

    def here(self) -> tuple[tuple[Segment, ...], tuple[int, ...]]:
        for k, segments, owner in self.done:
            if k == self.k:
                return segments, owner
        segments = self.content.solution(self.k).segments
        return segments, tuple(range(len(segments)))

    def having(self, segments: tuple[Segment, ...], owner: tuple[int, ...]) -> _State:
        others = tuple(entry for entry in self.done if entry[0] != self.k)
        return replace(self, done=(*others, (self.k, segments, owner)))


def view_of(content: Content, edits: Iterable[Edit]) -> View:
    """Replay the edits, oldest first; a rename, note or merge belongs to the number of segments adopted at that time.

    Raises:
        BadInput: For an edit that cannot be made; says why.
    """
    state, edits = _State(content, content.k), tuple(edits)
    for edit in edits:
        _check_words(edit)
    for edit in standing(edits):
        state = _MAKE[edit.action](state, edit)
    segments, owner = state.here()
    return View(content.solution(state.k), segments, owner, state.asides)


def standing(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The changes that were not taken back, oldest first.

    Raises:
        BadInput: If more is taken back than was changed.
    """
    return tuple(edits[i] for i in _replayed(edits)[0])


def with_what_it_undoes(edits: Sequence[Edit]) -> tuple[tuple[Edit, Edit | None], ...]:
    """Every change, oldest first, and the one it takes back."""
    _, undone = _replayed(edits)
    return tuple((edit, edits[undone[i]] if i in undone else None) for i, edit in enumerate(edits))


def taken_back(edits: tuple[Edit, ...], reason: str, date: str) -> tuple[Edit, ...]:
    """The changes once the last that stands is taken back, which is kept with its reason.

    A note, or what is done with a segment, goes as it came, without a reason: whoever takes words back wants them gone.

    Raises:
        BadInput: If none stands.
    """
    undo = Edit("undo", reason, date)
    i = _replayed((*edits, undo))[1][len(edits)]
    if edits[i].action not in ASKS_WHY:
        return (*edits[:i], *edits[i + 1 :])
    undone = replace(edits[i], segment=None)  # what a merged segment was like is of no use any more
    return (*edits[:i], undone, *edits[i + 1 :], undo)


def _replayed(edits: Sequence[Edit]) -> tuple[list[int], dict[int, int]]:
    """The places of the changes that stand, and of the one each undo takes back."""
    stand: list[int] = []
    undone: dict[int, int] = {}
    for i, edit in enumerate(edits):
        if edit.action != "undo":
            stand.append(i)
        elif stand:
            undone[i] = stand.pop()
        else:
            raise BadInput("There is no change to undo", do="look at the changes with `ilk show`")
    return stand, undone


def ask_why(action: str, reason: str) -> None:
    """Refuse a change that nobody could understand later.

    Raises:
        BadInput: If the change needs a reason and none is given.
    """
    if action in ASKS_WHY and not reason.strip():
        raise BadInput(
            f"{ASKS_WHY[action]} needs a reason, for those who come after you",
            do="say in a few words why, with --reason",
        )


def ask_why_undo(edits: Sequence[Edit], reason: str) -> None:
    """Refuse to take back what needed a reason without one; words go as they came.

    Raises:
        BadInput: If the change that would be taken back needs a reason and none is given.
    """
    stand = standing(edits)
    if stand and stand[-1].action in ASKS_WHY:
        ask_why("undo", reason)


def larger_first(one: Segment, other: Segment) -> tuple[Segment, Segment]:
    """The two by size, ties by number: the first keeps its number and uid when they become one."""
    first, second = sorted((one, other), key=lambda s: (-s.size, s.number))
    return first, second


def _rename(state: _State, edit: Edit) -> _State:
    segments, owner = state.here()
    name = _name(edit.text)
    for segment in segments:
        if segment.uid != edit.uid and segment.persona.name.casefold() == name.casefold():
            raise BadInput(f"Segment {segment.number} is already called {name!r}", do="choose another name")
    i = _find(segments, edit.uid)
    renamed = replace(segments[i], persona=replace(segments[i].persona, name=name))
    return state.having((*segments[:i], renamed, *segments[i + 1 :]), owner)


def _write(state: _State, edit: Edit) -> _State:
    segments, owner = state.here()
    i = _find(segments, edit.uid)
    written = replace(segments[i], note=edit.text) if edit.action == "note" else replace(segments[i], use=edit.text)
    return state.having((*segments[:i], written, *segments[i + 1 :]), owner)


def _merge(state: _State, edit: Edit) -> _State:
    segments, owner = state.here()
    one, other = _find(segments, edit.uid), _find(segments, edit.other)
    if one == other:
        raise BadInput("A segment cannot be merged with itself", do="name two segments")
    if len(segments) == 2:
        raise BadInput("Merging the only two segments leaves nothing to tell apart", do="keep both, or adopt k = 1")
    keeps, goes = larger_first(segments[one], segments[other])
    if edit.segment is None or (edit.segment.uid, edit.segment.number) != (keeps.uid, keeps.number):
        raise BadInput("The merge does not say what the merged segment is like", do="merge with ilk.edit.apply_edit")
    if edit.segment.size != keeps.size + goes.size:
        raise BadInput(
            "The merged segment is not as large as its two parts together",
            got=f"{edit.segment.size:,}",
            do="merge with ilk.edit.apply_edit",
        )
    left = [edit.segment if s is keeps else s for s in segments if s is not goes]
    place = {s.uid: i for i, s in enumerate(left)} | {goes.uid: left.index(edit.segment)}
    merged = tuple(_neighbours_moved(s, goes.number, keeps.number) for s in left)
    return state.having(merged, tuple(place[segments[i].uid] for i in owner))


def _neighbours_moved(segment: Segment, gone: int, kept: int) -> Segment:
    """A segment whose neighbour became part of another has that one as its neighbour."""
    nearest, farthest = (kept if n == gone else n for n in (segment.nearest, segment.farthest))
    own = segment.number
    return replace(segment, nearest=None if nearest == own else nearest, farthest=None if farthest == own else farthest)


def _set_aside(state: _State, edit: Edit) -> _State:
    test = read_condition(edit.text)
    check_condition(test, state.content)
    return replace(state, asides=(*state.asides, Aside(test, _name(edit.name or "Set aside"))))


def _adopt(state: _State, edit: Edit) -> _State:
    tried = [s.k for s in state.content.solutions]
    if edit.number not in tried:
        raise BadInput(
            f"The study has no solution with {edit.number} segments", do=f"choose from {', '.join(map(str, tried))}"
        )
    return replace(state, k=edit.number)


_MAKE: dict[str, Callable[[_State, Edit], _State]] = {
    "rename": _rename,
    "note": _write,
    "use": _write,
    "merge": _merge,
    "aside": _set_aside,
    "k": _adopt,
}


def _find(segments: tuple[Segment, ...], uid: str) -> int:
    for i, segment in enumerate(segments):
        if segment.uid == uid:
            return i
    there = ", ".join(f"{s.uid} ({s.number} {s.persona.name})" for s in segments)
    raise BadInput(f"There is no segment with the uid {uid!r}", do=f"choose from {there}")


def _name(text: str) -> str:
    name = text.strip()
    if not name:
        raise BadInput("A name is needed", do="give it a name of a few words")
    if len(name) > LONGEST_NAME:
        raise BadInput(f"A name has at most {LONGEST_NAME} letters", got=f"{len(name)} letters", do="shorten it")
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in name):
        raise BadInput("A name cannot hold control characters", got=repr(name), do="write it in one line of plain text")
    return name


def _check_words(edit: Edit) -> None:
    for text in (edit.text, edit.reason):
        if len(text) > LONGEST_TEXT:
            raise BadInput(
                f"A note or reason has at most {LONGEST_TEXT:,} letters", got=f"{len(text):,} letters", do="shorten it"
            )
        if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter != "\n" for letter in text):
            raise BadInput(
                "A note or reason cannot hold control characters", got=repr(text[:80]), do="write it in plain text"
            )
    try:
        date.fromisoformat(edit.date)
    except ValueError:
        raise BadInput("The date of a change is not a date", got=repr(edit.date), do="write 2026-11-23") from None
