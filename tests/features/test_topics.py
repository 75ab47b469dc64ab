"""Interests become rows of length one, in which a topic counts the more, the fewer have it."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.feature_extraction.text import TfidfTransformer
from tests.features.plain_tables import facts_of, intake_of, plan, plans_of, table_of

from ilk.errors import BadSetting
from ilk.features.laid_out import laid_out
from ilk.features.recipe import answered, apply, blank_columns, feature_columns, fit_recipe, square_weights
from ilk.features.roles import plan_columns
from ilk.features.topics import is_spherical
from ilk.features.transforms import numbers
from ilk.settings import Settings

N = 60


def counts(n=N, n_topics=5, seed=3):
    """Sparse counts of some topics; the last customers have none."""
    drawn = np.random.default_rng(seed).poisson(0.6, (n, n_topics)).astype(float)
    drawn[-4:] = 0.0
    return {f"topic {j}": drawn[:, j].tolist() for j in range(n_topics)}


def recipe_of(table, **settings):
    plans = [plan(name, "topics") for name in table.column_names]
    return fit_recipe(table, plans, Settings(**settings)).recipe


def test_by_hand():
    """Two of three have golf (ln 1.5), one has chess (ln 3): who has 2 of golf and 1 of chess is as far in both."""
    table = table_of({"golf": [2.0, 1.0, 0.0, 0.0], "chess": [1.0, 0.0, 0.0, None], "tea": [0.0, 0.0, 1.0, 0.0]})
    recipe = recipe_of(table, min_group=1)
    golf, chess = 2.0 * np.log(1.5), np.log(3.0)
    length = np.hypot(golf, chess)
    expected = [[golf / length, chess / length, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [np.nan] * 3]
    np.testing.assert_allclose(apply(recipe, table), expected, atol=2.0**-17)


def test_as_scikit_learn_does_without_smoothing():
    """Its idf adds 1 to the logarithm; weighed without that, rows are the same but for rounding."""
    table = table_of(counts())
    matrix = np.column_stack([table[name].to_numpy() for name in table.column_names])[:-4]
    found = apply(recipe_of(table, min_group=1), table)[:-4]
    oracle = TfidfTransformer(smooth_idf=False, norm=None).fit(matrix)
    weighed = matrix * (oracle.idf_ - 1.0)
    some = weighed.sum(axis=1) > 0
    np.testing.assert_allclose(
        found[some], weighed[some] / np.linalg.norm(weighed[some], axis=1, keepdims=True), atol=2.0**-16
    )


def test_features_are_on_the_grid_and_rows_of_length_one():
    """What has to be added up exactly is a multiple of 2^-16."""
    table = table_of(counts())
    found = apply(recipe_of(table), table).astype(np.float64)
    some = ~np.isnan(found[:, 0])
    assert np.array_equal(found[some] * 65_536, np.round(found[some] * 65_536))
    np.testing.assert_allclose(np.linalg.norm(found[some], axis=1), 1.0, atol=1e-4)


def test_laid_out_in_arrays_topics_stand_beside_other_columns():
    """What a service makes of a few customers is what a table makes of all, blanks of a whole block included."""
    spend = [None if i % 7 == 0 else float(i) for i in range(N)]
    table = table_of({"spend": spend, **counts()})
    recipe = fit_recipe(table, [plan("spend", "amount"), *(plan(n, "topics") for n in counts())], Settings()).recipe
    ready, want = laid_out(recipe), apply(recipe, table)
    values = np.array([numbers(table[name]) for name in ready.numeric])
    matrix, blank = ready.features_of(values, {name: table[name] for name in ready.textual})
    assert np.array_equal(matrix, want, equal_nan=True)
    assert np.array_equal(blank, blank_columns(recipe, table, want))
    assert blank[:, 0].any()
    assert blank[:, 1].any()


def test_the_unit_of_the_amounts_does_not_matter():
    """Hours or minutes: the same interests. A power of two, so that rounding cannot differ."""
    table = table_of(counts())
    minutes = table_of({name: [64.0 * v for v in values] for name, values in counts().items()})
    assert np.array_equal(apply(recipe_of(table), table), apply(recipe_of(minutes), minutes), equal_nan=True)


def test_the_same_for_any_order_of_rows_and_any_cut():
    """A recipe from shuffled customers gives each the same features; so does applying it a few at a time."""
    table, order = table_of(counts()), np.random.default_rng(1).permutation(N)
    shuffled = table.take(pa.array(order))
    found = apply(recipe_of(table), table)
    assert recipe_of(shuffled) == recipe_of(table)
    assert np.array_equal(apply(recipe_of(table), shuffled), found[order], equal_nan=True)
    parts = [apply(recipe_of(table), table.slice(i, 7)) for i in range(0, N, 7)]
    assert np.array_equal(np.concatenate(parts), found, equal_nan=True)


def test_who_has_none_of_the_topics_lacks_all_of_them():
    """No activity is no interest that could be compared; a blank beside other topics is simply none."""
    columns = counts()
    columns["topic 0"][0], columns["topic 1"][0] = None, 3.0
    table = table_of(columns)
    recipe = recipe_of(table)
    matrix = apply(recipe, table)
    assert np.isnan(matrix[-4:]).all()
    assert matrix[0, 0] == 0.0
    blank = blank_columns(recipe, table, matrix)
    assert blank[-4:].all()
    assert not blank[0].any()
    np.testing.assert_array_equal(answered(matrix, square_weights(recipe))[[0, -1]], [1.0, 0.0])


def test_the_topics_of_a_block_weigh_together_as_one_column():
    """No row is longer than one, however many topics there are."""
    table = table_of({**counts(), "income": [float(i) for i in range(N)]})
    plans = [*(plan(name, "topics") for name in counts()), plan("income", "number")]
    recipe = fit_recipe(table, plans, Settings()).recipe
    weight = recipe.transforms[0].weight
    np.testing.assert_allclose(square_weights(recipe), [*[weight**2 / 5] * 5, 1.0])
    assert not is_spherical(recipe)
    assert is_spherical(recipe_of(table_of(counts())))


def test_topics_of_two_blocks_are_rows_of_their_own():
    """What people buy says nothing of how much of what they read is about golf."""
    table = table_of(counts())
    blocks = ["activity", "survey", "activity", "survey", "survey"]
    plans = [plan(name, "topics", block=block) for name, block in zip(counts(), blocks, strict=True)]
    recipe = fit_recipe(table, plans, Settings()).recipe
    assert recipe.topics == (("topic 0", "topic 2"), ("topic 1", "topic 3", "topic 4"))
    assert feature_columns(recipe) == tuple(counts())
    found = apply(recipe, table)
    for columns in ([0, 2], [1, 3, 4]):
        lengths = np.linalg.norm(found[:, columns], axis=1)
        np.testing.assert_allclose(lengths[~np.isnan(lengths)], 1.0, atol=1e-4)


def test_a_weighed_topic_is_more_of_the_row():
    """A weight counts before the row is made one long."""
    table = table_of(counts())
    plain, weighed = apply(recipe_of(table), table), None
    plans = [plan(name, "topics", weight=3.0 if name == "topic 0" else 1.0) for name in counts()]
    weighed = apply(fit_recipe(table, plans, Settings()).recipe, table)
    both = (plain[:, 0] > 0) & (plain[:, 1:] > 0).any(axis=1)
    assert (weighed[both, 0] > plain[both, 0]).all()
    np.testing.assert_allclose(np.linalg.norm(weighed[both], axis=1), 1.0, atol=1e-4)


def test_topics_of_everybody_and_of_a_handful_are_left_out():
    """The one tells nobody apart, the other is theirs alone."""
    columns = counts() | {"all": [1.0] * (N - 4) + [0.0] * 4, "few": [1.0] * 9 + [0.0] * (N - 9)}
    fitted = fit_recipe(table_of(columns), [plan(name, "topics") for name in columns], Settings())
    assert fitted.recipe.topics == (tuple(counts()),)
    assert {p.column: p.use for p in fitted.plans if p.use == "out"} == {"all": "out", "few": "out"}
    assert any(note.code == "no-spread" and "all, few" in note.text for note in fitted.notes)


def test_it_is_told_how_many_have_any_interest():
    """Who has none is in no segment; where that is a fifth or more, it is said."""
    columns = {name: [v if i < N // 2 else 0.0 for i, v in enumerate(values)] for name, values in counts().items()}
    plans = [plan(name, "topics") for name in columns]
    notes = fit_recipe(table_of(columns), plans, Settings()).notes
    said = next(note.text for note in notes if note.code == "without-interests")
    assert said.endswith("of customers have any of the interests; the others none.")
    assert not any(n.code == "without-interests" for n in fit_recipe(table_of(counts()), plans, Settings()).notes)


def test_more_than_300_topics_are_refused():
    """Beyond that no one could read what a segment is made of."""
    columns = {f"t{j}": [float((i + j) % 3 == 0) for i in range(N)] for j in range(301)}
    with pytest.raises(BadSetting, match=r"At most 300 topics .* Got: 301 of customers\. Do: .*--max-topics"):
        fit_recipe(table_of(columns), [plan(name, "topics") for name in columns], Settings())


def test_a_column_of_a_plain_table_can_be_a_topic():
    """Wide counts need no log: --role COLUMN=topics."""
    role = dict.fromkeys(counts(), "topics")
    plans = plans_of({**counts(), "income": [float(i) for i in range(N)]}, role=role)
    assert {(p.role, p.use) for name, p in plans.items() if name in role} == {("topics", "builds")}


def test_what_cannot_be_a_topic_is_refused_all_at_once():
    """A number below 0 is no amount of interest, and a blank topic has its meaning already."""
    columns = {"debt": [float(i - 5) for i in range(N)], **counts()}
    table = table_of(columns)
    chosen = Settings(role={"debt": "topics", "topic 0": "topics"}, missing={"topic 0": "flag"})
    with pytest.raises(BadSetting, match=r"'debt' goes below 0 .*; 'topic 0' is a topic, and .* counts as none"):
        plan_columns(facts_of(table), table, {}, chosen, intake_of(table))


def test_words_are_no_topics_yet():
    """A text column waits for the words to become topics."""
    plans = plans_of({"said": ["I like tea very much", "golf"] * (N // 2), **counts()}, role={"said": "topics"})
    assert plans["said"].use == "out"
