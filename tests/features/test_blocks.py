"""Sources weigh alike whatever number of columns they have; or one of them builds and the others describe."""

import numpy as np
import pytest
from tests.features.plain_tables import plan, plans_of, table_of

from ilk.errors import BadSetting
from ilk.features.blocks import balanced_blocks, block_of, block_shares, share_notes
from ilk.features.labels import read_labels
from ilk.features.plans import BlockShare
from ilk.features.recipe import apply, fit_recipe
from ilk.settings import Settings
from ilk.sources.evidence import Made

N = 400


def two_blocks(n=N):
    """Twelve columns of customers that all follow one another, and two of a survey that do not."""
    rng = np.random.default_rng(1)
    common = rng.normal(size=n)
    many = {f"c{j}": common + 0.5 * rng.normal(size=n) for j in range(12)}
    return many | {f"s{j}": rng.normal(size=n) for j in range(2)}


def plans_for(columns, **parts):
    return [plan(name, "number", block="survey" if name.startswith("s") else "customers", **parts) for name in columns]


def eigenvalues(features):
    return np.linalg.eigvalsh(np.cov(features.T, bias=True))


def counted(features):
    """What a block counts for: its first eigenvalue as far as that stands out, else the sum of all."""
    values = eigenvalues(features)
    noise = values.mean() * (1 + (len(values) / len(features)) ** 0.5) ** 2
    common = max(1 - noise / values[-1], 0) ** 2
    return common / values[-1] + (1 - common) / values.sum()


def test_after_it_no_block_reaches_farther_than_another():
    """Twelve columns that follow one another reach as far as one; two that do not weigh as one together."""
    columns = two_blocks()
    fitted = fit_recipe(table_of(columns), plans_for(columns), Settings())
    features = apply(fitted.recipe, table_of(columns)).astype(np.float64)
    assert counted(features[:, :12]) == pytest.approx(1.0, abs=2e-3)
    assert counted(features[:, 12:]) == pytest.approx(1.0, abs=2e-3)
    assert eigenvalues(features[:, :12])[-1] == pytest.approx(1.0, abs=0.1)
    assert eigenvalues(features[:, 12:]).sum() == pytest.approx(1.0, abs=0.01)
    assert [note.code for note in fitted.notes] == ["blocks"]
    assert fitted.recipe.transforms[0].weight < 0.4 < 0.7 < fitted.recipe.transforms[-1].weight


def test_by_hand():
    """Two columns that are the same have a first eigenvalue of 2; one alone has 1, and a weight of 3."""
    columns = {"a": [0.0, 1.0] * 20, "b": [0.0, 1.0] * 20, "s": [0.0, 0.0, 1.0, 1.0] * 10}
    fitted = fit_recipe(table_of(columns), plans_for(columns), Settings(weight={"survey": 3}))
    assert [t.weight for t in fitted.recipe.transforms] == [0.7071, 0.7071, 3.0]


@pytest.mark.parametrize("n_noise", [5, 30])
def test_a_source_of_noise_drowns_nobody(n_noise):
    """Whatever number of unrelated questions: together they weigh as one column, each direction next to nothing."""
    rng = np.random.default_rng(4)
    columns = two_blocks() | {f"s{j}": rng.normal(size=N) for j in range(n_noise)}
    fitted = fit_recipe(table_of(columns), plans_for(columns), Settings())
    features = apply(fitted.recipe, table_of(columns)).astype(np.float64)
    assert eigenvalues(features[:, 12:]).sum() < 1.2
    assert eigenvalues(features[:, 12:])[-1] < 0.5 < 0.9 < eigenvalues(features[:, :12])[-1]


def test_one_block_stays_as_it_is():
    """Nothing is scaled where there is nothing to weigh against."""
    columns = {name: values for name, values in two_blocks().items() if name.startswith("c")}
    fitted = fit_recipe(table_of(columns), plans_for(columns), Settings())
    assert {t.weight for t in fitted.recipe.transforms} == {1.0}
    assert fitted.notes == ()


def test_blanks_of_a_source_do_not_weigh():
    """Who did not answer the survey says nothing of how far its answers reach."""
    columns = two_blocks()
    half = {n: np.where(np.arange(N) < N // 2, v, np.nan) if n.startswith("s") else v for n, v in columns.items()}
    fitted = fit_recipe(table_of(half), plans_for(columns), Settings())
    features = apply(fitted.recipe, table_of(half))[: N // 2, 12:]
    assert counted(features.astype(np.float64)) == pytest.approx(1.0, abs=2e-3)


def test_the_order_of_rows_does_not_matter():
    """Sums of products on the grid are exact."""
    columns = two_blocks()
    turned = {name: values[::-1] for name, values in columns.items()}
    plans = plans_for(columns)
    assert (
        fit_recipe(table_of(columns), plans, Settings()).recipe
        == fit_recipe(table_of(turned), plans, Settings()).recipe
    )


def test_interests_are_a_block_of_their_own():
    """How much somebody does is one thing, what it is about another; rows of interests stay rows."""
    rng = np.random.default_rng(2)
    columns = {f"t{j}": rng.poisson(0.7, N).astype(float) for j in range(8)} | {"total": rng.gamma(2.0, size=N)}
    plans = [plan(n, "topics" if n != "total" else "amount", block="activity") for n in columns]
    assert [block_of(p) for p in plans] == ["interests"] * 8 + ["activity"]
    recipe = fit_recipe(table_of(columns), plans, Settings()).recipe
    features = apply(recipe, table_of(columns)).astype(np.float64)[:, :8]
    some = ~np.isnan(features[:, 0])
    assert counted(features[some]) == pytest.approx(1.0, abs=2e-3)
    weight = recipe.transforms[0].weight
    assert weight > 1.0
    np.testing.assert_allclose(np.linalg.norm(features[some], axis=1), weight, atol=1e-3)


# ---------------------------------------------------------------- which build


def made_plans(**settings):
    """Columns of customers, of a log of activity, and of a survey."""
    rng = np.random.default_rng(3)
    columns = {
        "spent": rng.gamma(2.0, size=N),
        "visits": rng.gamma(2.0, size=N),
        "golf": rng.poisson(1.0, N).astype(float),
        "tea": rng.poisson(1.0, N).astype(float),
        "activity": rng.gamma(2.0, size=N),
        "q1": rng.integers(1, 6, N).astype(float),
        "q2": rng.integers(1, 6, N).astype(float),
    }
    made = {name: Made(name, "activity", role="topics") for name in ("golf", "tea")}
    made |= {"activity": Made("activity", "activity", role="amount", why="all records")}
    made |= {name: Made(name, "survey", role="ordered") for name in ("q1", "q2")}
    only = settings.pop("only", None)
    columns = {name: values for name, values in columns.items() if only is None or name in only}
    return plans_of(columns, made=made, **settings)


def building(plans):
    return [name for name, one in plans.items() if one.use == "builds"]


@pytest.mark.parametrize(
    ("by", "builds"),
    [
        (None, ["spent", "visits", "golf", "tea", "activity", "q1", "q2"]),
        ("survey", ["q1", "q2"]),
        ("interests", ["golf", "tea"]),
        ("activity", ["golf", "tea", "activity"]),
        ("customers", ["spent", "visits"]),
    ],
)
def test_by_lets_one_block_build_and_all_others_describe(by, builds):
    """Segments of interests are described by what their customers spend."""
    plans = made_plans(by=by)
    assert building(plans) == builds
    others = [one for name, one in plans.items() if name not in builds]
    assert {(one.role, one.use) for one in others} <= {("descriptor", "describes")}
    assert all(f"only {by} builds" in one.reason for one in others)


def test_by_takes_a_group_of_the_labels_file(tmp_path):
    """A survey of 135 questions is read a group at a time: music builds, and what else was asked describes."""
    rng = np.random.default_rng(3)
    columns = {name: rng.gamma(2.0, size=N) for name in ("opera", "punk", "spiders", "heights")}
    told = "column,group\nopera,Music\npunk,Music\nspiders,fears\n"
    (tmp_path / "labels.csv").write_text(told)
    labels = read_labels(tmp_path / "labels.csv", None, list(columns))
    made = plans_of(columns, labels=labels, by="music")
    assert building(made) == ["opera", "punk"]
    assert made["heights"].use == "describes"
    with pytest.raises(BadSetting, match=r"made by 'food', and only customers, Music, fears could build"):
        plans_of(columns, labels=labels, by="food")
    with pytest.raises(BadSetting, match=r"made by '', and only"):
        plans_of(columns, labels=labels, by="")


def test_interests_build_by_themselves_where_there_is_nothing_but_activity():
    """Segments of interests should not be those who do much and those who do little."""
    only = ["golf", "tea", "activity"]
    plans = made_plans(only=only)
    assert building(plans) == ["golf", "tea"]
    assert plans["activity"].reason.endswith("--by activity lets it build with them")
    assert building(made_plans(only=only, by="activity")) == only


def test_a_block_that_cannot_build_is_refused():
    """Both settings are told of at once, with what there is."""
    with pytest.raises(
        BadSetting, match=r"no column of 'orders', which was given a weight.*made by 'orders', and only"
    ):
        made_plans(by="orders", weight={"orders": 2})


def test_a_column_may_be_called_like_a_source():
    """Then the weight is that of the column."""
    rng = np.random.default_rng(4)
    plans = plans_of({"orders": rng.gamma(2.0, size=N), "spent": rng.gamma(2.0, size=N)}, weight={"orders": 2})
    assert plans["orders"].weight == 2.0


# ---------------------------------------------------------------- what came of it


def test_shares_by_block():
    """A block's features add up; with one block there is nothing to share."""
    plans = [plan("a", "number"), plan("b", "category"), plan("s", "number", block="survey")]
    found = block_shares(plans, ("a", "b", "b", "s"), np.array([1.0, 2.0, 3.0, 2.0]))
    assert found == (BlockShare("customers", 2, 0.75), BlockShare("survey", 1, 0.25))
    assert block_shares(plans[:2], ("a", "b", "b"), np.ones(3)) == ()


def test_a_block_that_is_hardly_heard_is_warned_of():
    """Below half of what is fair, which weights set."""
    shares = (BlockShare("customers", 5, 0.8), BlockShare("survey", 9, 0.2))
    codes = [note.code for note in share_notes(shares, {})]
    assert codes == ["block-shares", "block-unheard"]
    assert [note.code for note in share_notes(shares, {"customers": 2.0})] == ["block-shares"]
    text = share_notes(shares, {})[1].text
    assert text.startswith("Survey: only 20 % of the difference between segments, where 50 % would be fair")
    assert share_notes((), {}) == ()


def test_balancing_needs_no_data_of_one_kind():
    """A block that nobody answered in the sample is left at its weight, not at infinity."""
    columns = two_blocks()
    plans = plans_for(columns)
    recipe = fit_recipe(table_of(columns), plans, Settings()).recipe
    blank = np.full((10, 14), np.nan, np.float32)
    balanced, _ = balanced_blocks(recipe, blank, plans, {})
    assert all(np.isfinite(t.weight) for t in balanced.transforms)


def test_a_log_whose_interests_are_heard_is_not_called_useless():
    """Activity held 0.1 %, and the interests of the same log 32 %."""
    shares = (BlockShare("customers", 5, 0.6), BlockShare("activity", 2, 0.01), BlockShare("interests", 9, 0.39))
    unheard = [note.text for note in share_notes(shares, {}) if note.code == "block-unheard"]
    assert len(unheard) == 1
    assert unheard[0].startswith("Activity (how much they do; what it is about are the interests, which count apart):")
    alone = share_notes((BlockShare("customers", 5, 0.99), BlockShare("activity", 2, 0.01)), {})[1].text
    assert alone.startswith("Activity: only")
