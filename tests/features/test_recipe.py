"""The recipe as a whole: which columns make features, what they weigh, and that nothing depends on order or threads."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from plain_tables import facts_of, plan, table_of

from ilk.errors import BadInput, MissingColumns
from ilk.features.laid_out import laid_out
from ilk.features.plans import Label
from ilk.features.recipe import answered, apply, blank_columns, feature_columns, fit_recipe, square_weights, unseen
from ilk.settings import Settings

RNG = np.random.default_rng(11)
N = 600
ONE_OFF = np.where(RNG.random(N) < 0.5, 0.0, np.round(RNG.lognormal(4, 1, N), 2))
RATES = np.where(RNG.random(N) < 0.4, 0.0, np.round(RNG.lognormal(3, 1, N), 2))
TABLE = table_of(
    {
        "purchases": ONE_OFF + RATES,
        "one_off": ONE_OFF,
        "rates": RATES,
        "visits": RNG.geometric(0.2, N),
        "rate": RNG.random(N),
        "tenure": RNG.integers(6, 13, N),
        "likes": RNG.integers(1, 6, N),
        "hates": np.clip(RNG.normal(3, 0.5, N).round(), 1, 5),
        "member": RNG.random(N) < 0.3,
        "channel": RNG.choice(["web", "shop", "phone"], N, p=[0.6, 0.3, 0.1]),
        "limit": np.where(RNG.random(N) < 0.1, np.nan, RNG.lognormal(8, 1, N)),
    }
)
PLANS = tuple(
    plan(name, kind)
    for name, kind in {
        "purchases": "amount",
        "one_off": "amount",
        "rates": "amount",
        "visits": "count",
        "rate": "share",
        "tenure": "number",
        "likes": "ordered",
        "hates": "ordered",
        "member": "flag",
        "channel": "category",
        "limit": "amount",
    }.items()
)


def with_plan(column, **changes):
    from dataclasses import replace

    return tuple(replace(p, **changes) if p.column == column else p for p in PLANS)


def transform_of(fitted, column):
    return next(t for t in fitted.recipe.transforms if t.column == column)


def test_every_role_gets_its_form():
    fitted = fit_recipe(TABLE, PLANS, Settings())
    kinds = {t.column: t.kind for t in fitted.recipe.transforms}
    assert kinds == {
        "one_off": "log",
        "rates": "log",
        "visits": "log",
        "rate": "plain",
        "tenure": "plain",
        "likes": "plain",
        "hates": "plain",
        "member": "plain",
        "channel": "level",
        "limit": "log",
    }
    assert feature_columns(fitted.recipe)[-4:] == ("channel", "channel", "channel", "limit")
    assert transform_of(fitted, "member").spread == 0.5


def test_a_total_does_not_count_twice():
    """The total of one_off and rates: weight 0, no feature, and a note; the plan stays."""
    fitted = fit_recipe(TABLE, PLANS, Settings())
    assert [i.total for i in fitted.identities] == ["purchases"]
    total = fitted.plans[0]
    assert (total.column, total.weight, total.use) == ("purchases", 0.0, "builds")
    assert "the sum of one_off and rates" in total.reason
    assert "purchases" not in feature_columns(fitted.recipe)
    assert "does not count twice" in fitted.notes[0].text


def test_a_total_weighed_by_hand_counts():
    fitted = fit_recipe(TABLE, with_plan("purchases", weight=2.0), Settings(weight={"purchases": 2.0}))
    assert transform_of(fitted, "purchases").weight == 2.0
    assert "counts twice, as you asked" in fitted.notes[0].text


def test_items_of_a_battery_share_a_scale():
    """Pooled variance is the mean of the variances: a divided question counts for more than one all agree on."""
    fitted = fit_recipe(TABLE, PLANS, Settings())
    likes, hates = (TABLE[name].to_numpy() for name in ("likes", "hates"))
    pooled = np.sqrt((likes.var() + hates.var()) / 2)
    assert transform_of(fitted, "likes").spread == transform_of(fitted, "hates").spread
    assert transform_of(fitted, "likes").spread == pytest.approx(pooled, rel=1e-12)
    matrix = apply(fitted.recipe, TABLE)
    names = feature_columns(fitted.recipe)
    assert matrix[:, names.index("likes")].std() > 1.2 > 0.8 > matrix[:, names.index("hates")].std()


def test_batteries_of_different_groups_have_scales_of_their_own():
    plans = with_plan("likes", label=Label("likes", group="taste"))
    fitted = fit_recipe(TABLE, plans, Settings())
    assert transform_of(fitted, "likes").spread == pytest.approx(TABLE["likes"].to_numpy().std())


def test_an_item_nobody_answered_at_the_end_of_the_scale_joins_its_battery():
    columns = {f"q{i}": RNG.integers(1, 6, N) for i in range(3)}
    columns["short"] = RNG.integers(2, 5, N)
    table = table_of(columns)
    fitted = fit_recipe(table, [plan(name, "ordered") for name in columns], Settings())
    assert len({t.spread for t in fitted.recipe.transforms}) == 1


def test_standard_standardises_every_number_and_nothing_else():
    """As scikit-learn's StandardScaler: totals keep their weight, tails stay, flags are numbers too."""
    from sklearn.preprocessing import StandardScaler

    numbers = [p for p in PLANS if p.kind != "category"]
    fitted = fit_recipe(TABLE, numbers, Settings(transform="standard"))
    raw = np.column_stack([TABLE[p.column].cast(pa.float64()).to_numpy() for p in numbers])
    expected = StandardScaler().fit_transform(raw)
    found = apply(fitted.recipe, TABLE)
    assert feature_columns(fitted.recipe) == tuple(p.column for p in numbers)
    assert np.nanmax(np.abs(found - expected)) <= 0.5 / 65536 + 1e-9
    assert (np.isnan(found) == np.isnan(raw)).all()
    assert [i.total for i in fitted.identities] == ["purchases"]


def test_missing_answers_stay_missing():
    fitted = fit_recipe(TABLE, PLANS, Settings())
    matrix = apply(fitted.recipe, TABLE)
    blank = np.isnan(TABLE["limit"].to_numpy())
    assert (np.isnan(matrix[:, -1]) == blank).all()
    assert not np.isnan(matrix[:, :-1]).any()


def test_what_a_missing_answer_means_can_be_said():
    zero = fit_recipe(TABLE, with_plan("limit", missing="zero"), Settings())
    assert not np.isnan(apply(zero.recipe, TABLE)).any()
    flag = fit_recipe(TABLE, with_plan("limit", missing="flag"), Settings())
    matrix = apply(flag.recipe, TABLE)
    assert feature_columns(flag.recipe)[-2:] == ("limit", "limit")
    assert (np.isnan(matrix[:, -2]) == (matrix[:, -1] > 0)).all()
    assert len(set(matrix[:, -1].tolist())) == 2
    category = fit_recipe(TABLE, with_plan("channel", missing="flag"), Settings())
    assert feature_columns(category.recipe).count("channel") == 3


WORDED = table_of(
    {
        "spend": RNG.lognormal(3, 1, N),
        "channel": [None if i % 5 == 0 else ["web", "shop"][i % 2] for i in range(N)],
        "size": [None if i % 4 == 0 else ["small", "large"][i % 3 > 0] for i in range(N)],
        "coupon": ["X" if i % 3 == 0 else None for i in range(N)],
    }
)


@pytest.mark.parametrize(("column", "kind"), [("channel", "category"), ("size", "ordered"), ("coupon", "category")])
def test_a_blank_among_texts_is_a_fact_of_its_own(column, kind):
    """Also where nothing but blank or not can be told: one coupon for all who have any. Laid out, it is the same."""
    plans = (plan("spend", "amount"), plan(column, kind, missing="flag"))
    recipe = fit_recipe(WORDED, plans, Settings()).recipe
    matrix = apply(recipe, WORDED)
    assert recipe.transforms[-1].missing == "flag"
    assert ((matrix[:, -1] > 0) == pc.is_null(WORDED[column]).to_numpy()).all()
    layout = laid_out(recipe)
    values = np.stack([WORDED[name].to_numpy() for name in layout.numeric])
    alike, blank = layout.features_of(values, {name: WORDED[name] for name in layout.textual})
    assert np.array_equal(alike, matrix, equal_nan=True)
    assert np.array_equal(blank, blank_columns(recipe, WORDED, matrix))


def test_a_column_that_varies_nowhere_is_left_out_and_named():
    table = TABLE.append_column("never", pa.array(np.zeros(N)))
    fitted = fit_recipe(table, (*PLANS, plan("never", "amount")), Settings())
    assert "never" not in feature_columns(fitted.recipe)
    assert (fitted.plans[-1].use, "varies nowhere" in fitted.plans[-1].reason) == ("out", True)
    assert any("never" in note.text for note in fitted.notes if note.code == "no-spread")


def test_no_column_left_is_refused_with_the_reason():
    with pytest.raises(BadInput, match="No column is left") as error:
        fit_recipe(TABLE, with_plan("visits", use="out", reason="you said so")[3:4], Settings())
    assert "visits: you said so" in str(error.value)
    with pytest.raises(BadInput):
        fit_recipe(TABLE, (), Settings())


def test_levels_of_a_few_people_are_named_as_missing():
    table = table_of({"v": RNG.random(N), "c": ["a"] * 300 + ["b"] * 297 + ["x"] * 3})
    fitted = fit_recipe(table, (plan("v", "share"), plan("c", "category")), Settings())
    note = next(note for note in fitted.notes if note.code == "rare-level")
    assert note.text == "c: what fewer than 10 customers say counts as missing (under 10)."


def test_a_negative_amount_beyond_the_sample_decides_the_shape():
    """Totals over all customers rule: the sample may have missed the one return."""
    table = table_of({"net": RNG.lognormal(3, 1, N), "v": RNG.random(N)})
    plans = (plan("net", "amount"), plan("v", "share"))
    everyone = table_of({"net": np.append(RNG.lognormal(3, 1, N), -5.0), "v": np.append(RNG.random(N), 0.5)})
    assert transform_of(fit_recipe(table, plans, Settings()), "net").kind == "log"
    assert transform_of(fit_recipe(table, plans, Settings(), facts_of(everyone)), "net").kind == "asinh"


def test_balanced_themes_weigh_one_over_the_root_of_their_size():
    base = RNG.random(N)
    table = table_of({f"twin{i}": base + RNG.normal(0, 0.01, N) for i in range(4)} | {"alone": RNG.random(N)})
    plans = [plan(name, "number") for name in table.column_names]
    fitted = fit_recipe(table, plans, Settings(balance="themes"))
    assert [t.weight for t in fitted.recipe.transforms] == [0.5] * 4 + [1.0]
    assert square_weights(fitted.recipe).sum() == pytest.approx(2.0)
    assert [len(theme.columns) for theme in fitted.themes] == [4, 1]


# ---------------------------------------------------------------- weights, answers, levels


def test_a_category_weighs_as_one_column():
    """W counts its indicators together once, and a weight by its square."""
    fitted = fit_recipe(TABLE, with_plan("channel", weight=3.0), Settings())
    shares = square_weights(fitted.recipe)
    names = feature_columns(fitted.recipe)
    assert shares[[i for i, name in enumerate(names) if name == "channel"]].tolist() == [3.0, 3.0, 3.0]
    assert shares.sum() == pytest.approx(9.0 + len(set(names)) - 1)


def test_the_share_answered_by_hand():
    """W = 1 + 4 + (0.5 + 0.5): without the second column a third is answered."""
    weights = np.array([1.0, 4.0, 0.5, 0.5])
    nan = np.nan
    matrix = np.array([[0, 0, 0, 0], [0, nan, 0, 0], [nan, 0, 0, 0], [nan] * 4], dtype=np.float32)
    assert answered(matrix, weights) == pytest.approx([1.0, 1 / 3, 5 / 6, 0.0])
    assert answered(np.empty((0, 4), np.float32), weights).shape == (0,)


def test_unseen_levels_are_counted_and_missing():
    fitted = fit_recipe(TABLE, PLANS, Settings())
    channel = TABLE.column_names.index("channel")
    fresh = TABLE.slice(0, 5).set_column(channel, "channel", pa.array(["web", "moon", None, "moon", "shop"]))
    assert unseen(fitted.recipe, fresh) == {"channel": 2}
    assert unseen(fitted.recipe, TABLE) == {}
    block = apply(fitted.recipe, fresh)[:, [n == "channel" for n in feature_columns(fitted.recipe)]]
    assert np.isnan(block).all(axis=1).tolist() == [False, True, True, True, False]


# ---------------------------------------------------------------- applying


def test_missing_columns_are_all_named():
    fitted = fit_recipe(TABLE, PLANS, Settings())
    with pytest.raises(MissingColumns, match="2 columns not found: 'rate', 'limit'"):
        apply(fitted.recipe, TABLE.drop_columns(["rate", "limit", "purchases"]))


def test_batches_tables_and_types_give_the_same_numbers():
    """One customer or all, Table or RecordBatch, 4 or 4.0, columns in any order: the same bits."""
    fitted = fit_recipe(TABLE, PLANS, Settings())
    whole = apply(fitted.recipe, TABLE)
    batch = TABLE.combine_chunks().to_batches()[0]
    turned = TABLE.select(TABLE.column_names[::-1])
    as_integers = TABLE.set_column(3, "visits", TABLE["visits"].cast(pa.int16()))
    for other in (batch, turned, as_integers):
        assert np.array_equal(apply(fitted.recipe, other), whole, equal_nan=True)
    for i in (0, 17, N - 1):
        assert np.array_equal(apply(fitted.recipe, TABLE.slice(i, 1))[0], whole[i], equal_nan=True)
    assert apply(fitted.recipe, TABLE.slice(0, 0)).shape == (0, whole.shape[1])
    assert whole.dtype == np.float32
    assert whole.flags.c_contiguous


def test_threads_change_no_bit():
    """20,000 customers are three pieces."""
    fitted = fit_recipe(TABLE, PLANS, Settings())
    many = TABLE.take(pa.array(RNG.integers(0, N, 20_000)))
    one = apply(fitted.recipe, many, threads=1)
    for threads in (2, 4):
        assert np.array_equal(apply(fitted.recipe, many, threads=threads), one, equal_nan=True)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_no_bit(seed):
    shuffled = TABLE.take(pa.array(np.random.default_rng(seed).permutation(N)))
    assert fit_recipe(shuffled, PLANS, Settings()) == fit_recipe(TABLE, PLANS, Settings())


def test_applying_a_recipe_loads_nothing_heavy():
    """A scoring service starts in a second: no scikit-learn, scipy, numba, pandas or duckdb."""
    code = (
        "import sys, ilk.features.recipe, ilk.features.transforms; "
        "print([m for m in ('sklearn', 'scipy', 'numba', 'pandas', 'polars', 'duckdb') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
