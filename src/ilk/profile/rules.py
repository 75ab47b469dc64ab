"""Rules: what a small tree says of each segment, in the customers' own units, and how often it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ilk.model.parts import Condition, Fidelity, Rule
from ilk.profile.grammar import capital
from ilk.profile.privacy import coarse
from ilk.profile.questions import Question, Questions
from ilk.profile.rule_words import conditions_of, rule_text
from ilk.profile.tree import LEAF, Labels, Tree, grow_tree, refine

Path: TypeAlias = "tuple[tuple[Question, int, int], ...]"

LEAVES_A_SEGMENT = 3
"""Leaves of the tree are at most three times the segments; methods page, "Rules"."""

LEARNS = 0.7
"""Share of customers, in hash order, that the tree learns from; the rest are held out."""

FEWEST = 40
"""Customers below which nothing is held out that could be trusted."""

WORTH_SAYING = 0.02
"""Share of its segment below which a rule is left out of the text; the tree keeps it."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The rules of each segment, those that find most of it first, and how well all of them tell."""

    rules: tuple[tuple[Rule, ...], ...]
    fidelity: Fidelity | None


def explain_by_rules(
    questions: Questions, labels: Labels, k: int, *, min_group: int, seed: int, full_tree: bool
) -> Explained:
    """Fit the tree on the first 70 % of the customers, and see how it does on the rest.

    Args:
        questions: Codes of customers in hash order.
        labels: Their segments from 0, -1 for none, shape (n,).
        k: Number of segments.
        min_group: No leaf is about fewer of the customers it was learned from.
        seed: Breaks ties.
        full_tree: Whether to fit an unlimited tree beside it, for comparison.
    """
    rows = np.flatnonzero(labels >= 0)
    n_learns = int(LEARNS * rows.size)
    learns, held = rows[:n_learns], rows[n_learns:]
    if k < 2 or rows.size < FEWEST or not questions.asked or np.unique(labels[learns]).size < 2:
        return Explained(((),) * k, None)
    tree = grow_tree(questions.codes[learns], labels[learns], n_leaves=LEAVES_A_SEGMENT * k, seed=seed)
    tree = _pruned(tree, questions.codes[learns], labels[learns], min_group)
    told = tree.told(questions.codes[held])
    full = _full_tree(questions, labels, learns, held, seed) if full_tree else None
    rules = _rules(tree, questions, labels, held, k=k, min_group=min_group)
    fidelity = _fidelity(labels[held], told, k, min_group=min_group)
    return Explained(rules, replace(fidelity, full_tree=full, n_leaves=len(tree.leaves())))


def _pruned(tree: Tree, codes: npt.NDArray[np.int32], labels: Labels, min_group: int) -> Tree:
    """Drop splits that leave too few customers on one side, or say the same on both; then settle the leaves again."""
    weights = 1.0 / np.sqrt(np.bincount(labels)[labels])
    while (node := _useless(tree, codes, min_group)) is not None:
        refine(tree, codes, labels, weights)
        if node != _useless(tree, codes, min_group):
            continue
        _collapse(tree, node, codes)
    return tree


def _useless(tree: Tree, codes: npt.NDArray[np.int32], min_group: int) -> int | None:
    reach = tree.reach(codes)
    for node in reversed(reach):
        if tree.feature[node] == LEAF:
            continue
        left, right = int(tree.left[node]), int(tree.right[node])
        same = tree.feature[left] == LEAF == tree.feature[right] and tree.label[left] == tree.label[right]
        if same or min(reach[left].size, reach[right].size) < min_group:
            return node
    return None


def _collapse(tree: Tree, node: int, codes: npt.NDArray[np.int32]) -> None:
    """Put the fuller side of a split in its place; changes `tree`."""
    reach = tree.reach(codes)
    left, right = int(tree.left[node]), int(tree.right[node])
    kept = left if reach[left].size >= reach[right].size else right
    for part in (tree.feature, tree.cut, tree.left, tree.right, tree.label):
        part[node] = part[kept]


def _fidelity(labels: Labels, told: Labels, k: int, *, min_group: int) -> Fidelity:
    """How often the rules are right; the confusion is rounded, so that no small cell can be worked out from others."""
    confusion = np.bincount(labels * k + told, minlength=k * k).reshape(k, k)
    n, right = int(confusion.sum()), int(np.trace(confusion))
    by_chance = float((confusion.sum(axis=0) * confusion.sum(axis=1)).sum()) / (n * n)
    accuracy = right / n
    sizes = confusion.sum(axis=1)
    return Fidelity(
        accuracy=accuracy,
        kappa=(accuracy - by_chance) / (1.0 - by_chance) if by_chance < 1.0 else 1.0,
        full_tree=None,
        recall=tuple(round(float(confusion[j, j] / sizes[j]), 2) if sizes[j] >= min_group else None for j in range(k)),
        confusion=tuple(
            tuple(None if 0 < n < min_group else coarse(int(n), min_group) for n in row) for row in confusion
        ),
        n_leaves=0,
        n_held_out=n,
    )


def _full_tree(
    questions: Questions, labels: Labels, learns: npt.NDArray[np.int64], held: npt.NDArray[np.int64], seed: int
) -> float:
    """Held-out accuracy of a tree without limits on the values as they are."""
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(random_state=seed).fit(questions.raw[learns], labels[learns])
    return float((model.predict(questions.raw[held]) == labels[held]).mean())


def _rules(
    tree: Tree, questions: Questions, labels: Labels, held: npt.NDArray[np.int64], *, k: int, min_group: int
) -> tuple[tuple[Rule, ...], ...]:
    reach = tree.reach(questions.codes[held])
    sizes = np.bincount(labels[held], minlength=k)
    found: list[list[Rule]] = [[] for _ in range(k)]
    for leaf, path in _paths(tree, questions.asked).items():
        label, rows = int(tree.label[leaf]), held[reach[leaf]]
        hits = int((labels[rows] == label).sum())
        recall = hits / sizes[label] if sizes[label] else 0.0
        if min(rows.size, sizes[label]) >= min_group and recall >= WORTH_SAYING:
            found[label].append(_rule(path, hits / rows.size, recall))
    return tuple(tuple(sorted(own, key=lambda rule: (-rule.recall, rule.text))) for own in found)


def _rule(path: Path, precision: float, recall: float) -> Rule:
    conditions: list[Condition] = []
    texts: list[str] = []
    for question, low, high in path:
        conditions += conditions_of(question, low, high)
        texts.append(rule_text(question, low, high))
    return Rule(_sentence(texts), precision, float(recall), tuple(conditions))


def _sentence(texts: Sequence[str]) -> str:
    """A, b and c."""
    joined = f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else "".join(texts) or "everybody else"
    return capital(joined)


def _paths(tree: Tree, asked: Sequence[Question]) -> dict[int, Path]:
    """For each leaf the codes each question must give: (question, over, up to), -1 and the last code for no limit."""
    found: dict[int, Path] = {}
    stack: list[tuple[int, dict[int, tuple[int, int]]]] = [(0, {})]
    while stack:
        node, limits = stack.pop()
        if tree.feature[node] == LEAF:
            found[node] = tuple((asked[i], *limits[i]) for i in limits)
            continue
        i, cut = int(tree.feature[node]), int(tree.cut[node])
        low, high = limits.get(i, (-1, max(len(asked[i].cuts), 1)))
        stack.append((int(tree.right[node]), limits | {i: (max(low, cut), high)}))
        stack.append((int(tree.left[node]), limits | {i: (low, min(high, cut))}))
    return found
