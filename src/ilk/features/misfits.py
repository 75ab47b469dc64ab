"""Settings that do not fit the values of their column."""

from __future__ import annotations

from ilk.features.plans import ColumnPlan
from ilk.settings import Settings
from ilk.sources.source import ColumnFacts

MOST_GROUPS = 60
"""More different values than this are no grouping to compare with."""


def misfits(plan: ColumnPlan, facts: ColumnFacts, settings: Settings) -> list[str]:
    """What was said of a column that its values do not allow, a sentence each; to be told before any work is done."""
    name, kind = plan.column, facts.kind
    problems: list[str] = []
    if plan.use == "builds" or plan.role == "date":
        problems += _wrong_kind(plan, facts)
    if name in settings.weight and plan.use != "builds":
        problems.append(f"{name!r} has a weight but does not build segments ({plan.reason})")
    if plan.missing != "skip" and plan.use != "builds":
        problems.append(f"{name!r} is told what a missing answer means but does not build segments ({plan.reason})")
    if plan.missing != "skip" and plan.kind == "topics":
        problems.append(f"{name!r} is a topic, and a topic that is blank counts as none whatever --missing says")
    if plan.missing == "zero" and plan.use == "builds" and kind in {"text", "date"}:
        problems.append(f"{name!r} holds {kind}s, where a missing answer cannot be zero; use --missing '{name}=flag'")
    if name == settings.compare_with and not 2 <= facts.n_distinct <= MOST_GROUPS:
        values = f"{facts.n_distinct:,} different value{'s' * (facts.n_distinct != 1)}"
        problems.append(
            f"{name!r} has {values} and cannot be compared with: name a column with 2 to {MOST_GROUPS} groups"
        )
    return problems


def _wrong_kind(plan: ColumnPlan, facts: ColumnFacts) -> list[str]:
    """Why values of a kind cannot play the role that was asked for."""
    name, role, kind, n_distinct = plan.column, plan.kind, facts.kind, facts.n_distinct
    coded = kind == "number" and n_distinct == 2 and (facts.minimum, facts.maximum) != (0.0, 1.0)
    wrong = [
        (role == "date" and kind != "date", "holds no dates"),
        (kind == "date" and role not in {"date", "number"}, f"holds dates, which can be number but not {role}"),
        (kind == "text" and role in {"amount", "count", "share", "number"}, f"holds text and cannot be {role}"),
        (
            kind == "text" and role == "ordered" and not plan.label.order,
            "holds text, whose order the labels file has to give (header order, such as low|middle|high)",
        ),
        (role == "topics" and bool(facts.n_negative), "goes below 0 and cannot say how much of a topic there is"),
        (role == "flag" and n_distinct > 2, f"has {n_distinct:,} different values and cannot be a flag"),
        (role == "flag" and coded, "holds two numbers that are not 0 and 1; category takes any two"),
    ]
    return [f"{name!r} {words}" for holds, words in wrong if holds]
