"""A small tree that explains the segments: grown greedily, then every split put where it errs least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Codes: TypeAlias = npt.NDArray[np.int32]
Labels: TypeAlias = npt.NDArray[np.int32]
Values: TypeAlias = npt.NDArray[np.float64]

MOST_PASSES = 10
"""Passes over all nodes; they stop earlier when nothing changes, usually after two or three."""

LEAF = -1


@dataclass(slots=True)
class Tree:
    """A binary tree over whole-number codes; node 0 is the root, and a customer goes left where code <= cut.

    Args:
        feature: Column each node asks for, `LEAF` at leaves, shape (n_nodes,).
        cut: Largest code that goes left, shape (n_nodes,).
        left: Left child, shape (n_nodes,).
        right: Right child, shape (n_nodes,).
        label: What a leaf says, shape (n_nodes,).
    """

    feature: npt.NDArray[np.int64]
    cut: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    label: npt.NDArray[np.int64]

    def leaves(self) -> list[int]:
        """Leaves from left to right."""
        found, stack = [], [0]
        while stack:
            node = stack.pop()
            if self.feature[node] == LEAF:
                found.append(node)
            else:
                stack += [int(self.right[node]), int(self.left[node])]
        return found

    def reach(self, codes: Codes) -> dict[int, npt.NDArray[np.int64]]:
        """Which customers come to each node, parents before children."""
        found: dict[int, npt.NDArray[np.int64]] = {}
        stack = [(0, np.arange(len(codes)))]
        while stack:
            node, rows = stack.pop()
            found[node] = rows
            if self.feature[node] != LEAF:
                goes_left = codes[rows, self.feature[node]] <= self.cut[node]
                stack += [(int(self.right[node]), rows[~goes_left]), (int(self.left[node]), rows[goes_left])]
        return found

    def told(self, codes: Codes, node: int = 0) -> Labels:
        """What the tree below a node says of each customer, shape (n,)."""
        answer = np.empty(len(codes), dtype=np.int32)
        stack = [(node, np.arange(len(codes)))]
        while stack:
            at, rows = stack.pop()
            if self.feature[at] == LEAF:
                answer[rows] = self.label[at]
                continue
            goes_left = codes[rows, self.feature[at]] <= self.cut[at]
            stack += [(int(self.left[at]), rows[goes_left]), (int(self.right[at]), rows[~goes_left])]
        return answer


def grow_tree(codes: Codes, labels: Labels, *, n_leaves: int, seed: int) -> Tree:
    """Grow a tree of at most `n_leaves` best-first, then improve every split with the others held.

    Args:
        codes: Whole-number codes of the customers to learn from, shape (n, n_features), none negative.
        labels: Their segments from 0, shape (n,).
        n_leaves: Leaves at the most.
        seed: Breaks ties of the greedy start.

    Source: Breiman et al. (1984), Classification and Regression Trees (scikit-learn); Carreira-Perpinan & Tavallali
    (2018), Alternating optimization of decision trees, NeurIPS 31.
    """
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(max_leaf_nodes=max(n_leaves, 2), random_state=seed)
    model.fit(codes.astype(np.float32), labels)
    tree = _unpacked(model)
    # Small segments are not to be given up for large ones: each customer weighs 1 / sqrt(size of the segment).
    weights = 1.0 / np.sqrt(np.bincount(labels)[labels])
    refine(tree, codes, labels, weights)
    return tree


def refine(tree: Tree, codes: Codes, labels: Labels, weights: Values) -> None:
    """Move each split where the fewest weighted customers are told wrong, all others held; changes `tree`."""
    n_labels = int(labels.max()) + 1
    for _ in range(MOST_PASSES):
        reach = tree.reach(codes)
        # From the leaves up: what a split gains depends on the tree below it.
        changed = [
            _improve(tree, node, codes[rows], labels[rows], weights=weights[rows], n_labels=n_labels)
            for node, rows in reversed(reach.items())
            if rows.size
        ]
        if not any(changed):
            return


def _improve(tree: Tree, node: int, codes: Codes, labels: Labels, *, weights: Values, n_labels: int) -> bool:
    if tree.feature[node] == LEAF:
        best = int(np.bincount(labels, weights=weights, minlength=n_labels).argmax())
        changed = best != tree.label[node]
        tree.label[node] = best
        return bool(changed)
    right_if_left = tree.told(codes, int(tree.left[node])) == labels
    right_if_right = tree.told(codes, int(tree.right[node])) == labels
    gain = (right_if_left.astype(np.float64) - right_if_right) * weights
    return _best_cut(tree, node, codes[gain != 0.0], gain[gain != 0.0])


def _best_cut(tree: Tree, node: int, codes: Codes, gain: Values) -> bool:
    """The split that sends left whom it pays to send left; `gain` is what each customer brings there."""
    if gain.size == 0:
        return False
    n_features = codes.shape[1]
    width = int(codes.max()) + 2
    flat = (codes + np.arange(n_features, dtype=np.int64) * width).ravel()
    # Whole numbers, so that ties do not hang on the order of customers.
    whole = np.rint(np.repeat(gain, n_features) * 2.0**32)
    table = np.bincount(flat, weights=whole, minlength=n_features * width).reshape(n_features, width).cumsum(axis=1)
    now = table[tree.feature[node], min(int(tree.cut[node]), width - 1)]
    feature, cut = np.unravel_index(int(table.argmax()), table.shape)
    if table[feature, cut] <= now:
        return False
    tree.feature[node], tree.cut[node] = feature, cut
    return True


def _unpacked(model: object) -> Tree:
    """Our own arrays from a fitted scikit-learn tree."""
    found = model.tree_  # type: ignore[attr-defined]
    leaf = found.children_left < 0
    return Tree(
        feature=np.where(leaf, LEAF, found.feature).astype(np.int64),
        cut=np.where(leaf, 0, np.floor(found.threshold)).astype(np.int64),
        left=found.children_left.astype(np.int64),
        right=found.children_right.astype(np.int64),
        label=found.value[:, 0].argmax(axis=1).astype(np.int64),
    )
