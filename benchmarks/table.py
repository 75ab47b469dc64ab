"""A table of figures with its goal: printed as Markdown, and kept in RESULTS.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """What was measured.

    Args:
        title: What the rows are about.
        columns: Their headings.
        rows: One text a cell.
        goals: One line a goal, saying whether it was met.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    goals: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [self.columns, tuple("---" for _ in self.columns), *self.rows]
        body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return f"### {self.title}\n\n{body}\n" + "".join(f"\n- {goal}" for goal in self.goals) + "\n"


def goal(what: str, *, met: bool) -> str:
    """A goal and whether it was met."""
    return f"{what}: {'met' if met else '**missed**'}"
