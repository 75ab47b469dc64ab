"""Rules: small, held out honestly, said in round figures, and exactly what programs would apply."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portraits import grouping_of, subject_of

from ilk.features.labels import made_label
from ilk.features.plans import ColumnPlan
from ilk.features.transforms import OTHER
from ilk.model.parts import Condition
from ilk.profile.cells import Cells
from ilk.profile.describe import describe_solutions
from ilk.profile.questions import questions_for, round_cuts
from ilk.profile.ready import prepared
from ilk.profile.rule_words import conditions_of, rule_text
from ilk.profile.rules import _pruned, explain_by_rules
from ilk.profile.tree import LEAF, Tree, grow_tree, refine
from ilk.profile.words import words_for


def crowd(seed=0, n=900):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    spend = rng.lognormal(np.array([2.0, 4.0, 6.0])[labels], 0.7)
    spend = np.where(rng.random(n) < 0.3, 0.0, spend.round(2))
    visits = rng.poisson(np.array([2, 8, 8])[labels])
    plan = np.where(labels == 1, rng.choice(["plus", "basic"], n, p=[0.8, 0.2]), rng.choice(["plus", "basic"], n))
    blank = rng.random(n) < 0.05
    columns = {
        "spend": [None if b else float(s) for s, b in zip(spend, blank, strict=True)],
        "visits": visits.tolist(),
        "plan": plan.tolist(),
    }
    return subject_of(columns), labels.astype(np.int32)


def held_out(subject, labels):
    """The last 30 % of the customers: their segments, and what the rules' tree says."""
    ready = prepared(subject, [grouping_of(subject, labels)])
    n = int(0.7 * len(labels))
    tree = grow_tree(ready.questions.codes[:n], labels[:n], n_leaves=9, seed=subject.settings.seed)
    tree = _pruned(tree, ready.questions.codes[:n], labels[:n], 10)
    return labels[n:], tree.told(ready.questions.codes[n:])


def meets(condition, value):
    if value is None:
        return condition.missing
    if condition.operator == "<=":
        return value <= condition.value
    if condition.operator == ">":
        return value > condition.value
    return (value in condition.levels) == (condition.operator == "is")


@pytest.mark.parametrize("seed", range(3))
def test_conditions_say_what_the_tree_does(seed):
    """Precision and recall counted with the conditions are those that are told, and no customer meets two rules."""
    subject, labels = crowd(seed)
    solution = describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0]
    rows = subject.table.to_pylist()[630:]
    held = labels[630:]
    met = np.zeros(len(rows))
    for j, segment in enumerate(solution.segments):
        assert segment.persona.rules
        for rule in segment.persona.rules:
            hit = np.array([all(meets(c, row[c.column]) for c in rule.conditions) for row in rows])
            met += hit
            assert rule.precision == pytest.approx((held[hit] == j).mean())
            assert rule.recall == pytest.approx(hit[held == j].mean())
    assert met.max() <= 1


def test_fidelity_is_counted_on_the_held_out():
    subject, labels = crowd()
    solution = describe_solutions(subject, [grouping_of(subject, labels)], chosen_k=3).solutions[0]
    fidelity = solution.fidelity
    held, told = held_out(subject, labels)
    confusion = np.bincount(held * 3 + told, minlength=9).reshape(3, 3)
    assert confusion.sum() == fidelity.n_held_out == 270
    assert fidelity.accuracy == pytest.approx(np.trace(confusion) / 270)
    recall = np.diag(confusion) / confusion.sum(axis=1)
    assert fidelity.recall == pytest.approx(recall, abs=0.005)
    assert (confusion >= 10).any()
    assert all(
        mine is None if 0 < true < 10 else mine == round(true / 10) * 10
        for mine, true in zip(chain(*fidelity.confusion), confusion.ravel(), strict=True)
    )
    assert fidelity.n_leaves <= 9
    assert fidelity.full_tree is not None


def test_kappa_is_that_of_scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    subject, labels = crowd(4)
    fidelity = describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0].fidelity
    assert fidelity.kappa == pytest.approx(cohen_kappa_score(*held_out(subject, labels)))


def test_the_confusion_tells_of_nobody_in_a_small_cell():
    """Cells of 1 to 9 customers are not told, nor figures so exact that these could be worked out."""
    subject, labels = crowd(3, 300)
    fidelity = describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0].fidelity
    held, told = held_out(subject, labels)
    confusion = np.bincount(held * 3 + told, minlength=9).reshape(3, 3)
    assert ((confusion > 0) & (confusion < 10)).any()
    assert all(cell is None or cell % 10 == 0 for cell in chain(*fidelity.confusion))
    assert sum(cell is None for cell in chain(*fidelity.confusion)) == ((confusion > 0) & (confusion < 10)).sum()
    assert all(recall == round(recall, 2) for recall in fidelity.recall)


def test_a_rare_step_is_named_in_no_rule():
    """What three customers wrote in their own words stands in no rule, neither in its text nor for programs."""
    plan = ColumnPlan("mood", "ordered", "ordered", "builds", "", made_label("mood"))
    cells = Cells("mood", numeric=True, levels=("bad", "good", OTHER), steps=("bad", "ask Ann", "good"))
    asked = questions_for([plan], [words_for(plan)], [cells], [np.arange(300) % 3.0], pa.table({})).asked[0]
    assert asked.steps == ("bad", "", "good")
    assert rule_text(asked, -1, 1) == "mood “bad”"
    assert conditions_of(asked, 0, 2) == [Condition("mood", "is", levels=("good",))]
    assert rule_text(asked, 0, 1) == "mood a rare answer"


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000))
def test_refining_never_errs_more(seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 12, (300, 4)).astype(np.int32)
    labels = ((codes[:, 0] > 5) + (codes[:, 1] + codes[:, 2] > 11) + (rng.random(300) < 0.1)).astype(np.int32)
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(max_leaf_nodes=6, random_state=0).fit(codes.astype(np.float32), labels)
    tree = grow_tree(codes, labels, n_leaves=6, seed=0)
    weights = 1.0 / np.sqrt(np.bincount(labels)[labels])
    greedy = (model.predict(codes.astype(np.float32)) == labels) @ weights
    assert (tree.told(codes) == labels) @ weights >= greedy - 1e-9
    assert len(tree.leaves()) <= 6


def test_refining_mends_a_cut_by_hand():
    """A root that cuts at 1 where 4 tells all is moved to 4."""
    codes = np.arange(10, dtype=np.int32)[:, None]
    labels = (codes[:, 0] > 4).astype(np.int32)
    tree = Tree(*(np.array(part) for part in ([0, LEAF, LEAF], [1, 0, 0], [1, -1, -1], [2, -1, -1], [0, 0, 1])))
    refine(tree, codes, labels, np.ones(10))
    assert tree.cut[0] == 4
    assert (tree.told(codes) == labels).all()


def test_no_rule_is_about_fewer_than_ten():
    subject, labels = crowd(2, 300)
    ready = prepared(subject, [grouping_of(subject, labels)])
    found = explain_by_rules(ready.questions, labels, 3, min_group=10, seed=0, full_tree=False)
    held = np.bincount(labels[210:], minlength=3)
    for j, rules in enumerate(found.rules):
        for rule in rules:
            assert rule.recall * held[j] / rule.precision >= 9.999


def test_too_few_customers_have_no_rules():
    subject, labels = crowd(0, 39)
    assert describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0].fidelity is None


def test_a_label_missing_from_the_learners_is_never_told():
    subject, labels = crowd(0, 200)
    labels = np.where(np.arange(200) < 140, labels % 2, labels).astype(np.int32)
    fidelity = describe_solutions(subject, [grouping_of(subject, labels, 3)]).solutions[0].fidelity
    assert fidelity.recall[2] in {0.0, None}
    assert not any(row[2] for row in fidelity.confusion)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e8, 1e8), min_size=2, max_size=200), st.booleans())
def test_cuts_are_round_and_part_customers(values, whole):
    ordered = np.unique(np.rint(values) if whole else np.array(values))
    cuts = round_cuts(ordered, whole=whole)
    assert list(cuts) == sorted(set(cuts))
    for cut in cuts:
        below = (ordered <= cut).sum()
        assert 0 < below < ordered.size
        if not (whole and ordered.size <= 40):
            assert cut == float(f"{cut:.2g}")


def test_rules_read_like_sentences():
    subject, labels = crowd()
    texts = [
        rule.text
        for s in describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0].segments
        for rule in s.persona.rules
    ]
    joined = " ".join(texts)
    assert "Spend" in joined or "spend" in joined
    assert "_" not in joined
    assert "(or blank)" in joined
    assert all(text[0].isupper() or text[0] == "“" for text in texts)


def test_questions_ask_only_columns_that_build():
    subject, labels = crowd()
    ready = prepared(subject, [grouping_of(subject, labels)])
    assert {question.plan.use for question in ready.questions.asked} == {"builds"}
    assert questions_for((), (), (), (), subject.table).codes.shape == (900, 0)
