"""A model that would be too large for its file goes without its bootstrap solutions, and says so."""

from __future__ import annotations

from dataclasses import replace

from pydantic_core import to_json

from ilk.model.file import LARGEST
from ilk.model.parts import Content, Solution
from ilk.sources.source import Note

EDITS = 4 * 1024 * 1024
"""Bytes of a model file that are left for changes made by hand."""


def with_room(content: Content, *, most: int = LARGEST - EDITS) -> Content:
    """The same where it fits; else without the bootstrap solutions of the numbers not chosen, else without any.

    Args:
        content: Of a model.
        most: Bytes it may take.
    """
    whole = content
    for kept in ({content.k}, set[int]()):
        if len(to_json(content)) <= most:
            break
        content = replace(whole, solutions=tuple(_lighter(one, kept) for one in whole.solutions))
        content = replace(content, warnings=(*whole.warnings, *_notes(whole, kept)))
    return content


def _lighter(solution: Solution, kept: set[int]) -> Solution:
    return solution if solution.k in kept else replace(solution, bootstraps=())


def _notes(content: Content, kept: set[int]) -> tuple[Note, ...]:
    """Of one group everybody is certain without any samples."""
    ks = [str(one.k) for one in content.solutions if one.bootstraps and one.k not in {*kept, 1}]
    if not ks:
        return ()
    text = f"The model would be larger than the {LARGEST // 2**20} MiB of a model file, so it goes without the samples"
    said = f"{text} that say how certain each customer's segment is; missing for: {', '.join(ks)} segments."
    return (Note("without-certainty", said),)
