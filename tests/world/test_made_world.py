"""The made-up world: what is true of it by construction, and how hard it is."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler

from ilk.errors import BadSetting, FileTrouble
from ilk.world import World, make_world, write_world
from ilk.worlds.people import LABELS, PERSONAS, REGIONS, TIERS

CARD = [name for name, *_ in LABELS][1:18]
UNRELATED = ["APP_LOGINS", "SERVICE_CALLS", "NEWSLETTER_OPEN_RATE", "BRANCH_DISTANCE"]
AMOUNTS = [name for name, _, _, currency, _ in LABELS if currency]
COUNTS = ["CASH_ADVANCE_TRX", "PURCHASES_TRX", "APP_LOGINS", "SERVICE_CALLS"]
SHARES = [*(name for name in CARD if name.endswith("FREQUENCY")), "PRC_FULL_PAYMENT"]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(20_000, seed=0)


def values(world: World, column: str) -> np.ndarray:
    return world.customers[column].to_numpy().astype(float)


def plain_features(world: World, columns: list[str]) -> np.ndarray:
    """As most people do it: median for blanks, log1p of what has a long tail, standardised."""
    found = []
    for column in columns:
        x = values(world, column)
        x = np.where(np.isnan(x), np.nanmedian(x), x)
        found.append(np.log1p(x) if column in [*AMOUNTS, *COUNTS, "BRANCH_DISTANCE"] else x)
    return StandardScaler().fit_transform(np.array(found).T)


def scaled_features(world: World) -> np.ndarray:
    """As ilk does it: amounts in units of their own median, the total left out, blanks left blank."""
    found = []
    for column in [*CARD, *UNRELATED]:
        x = values(world, column)
        if column in [*AMOUNTS, *COUNTS, "BRANCH_DISTANCE"]:
            x = np.log1p(x / np.nanmedian(x[x > 0]))
        x = np.clip(x, *np.nanquantile(x, [0.001, 0.999]))
        found.append((x - np.nanmean(x)) / np.nanstd(x))
    return np.delete(np.array(found).T, CARD.index("PURCHASES"), axis=1)


def found_by_true_centres(world: World) -> float:
    """Adjusted Rand index of the truth and the nearest true centre, over the answered features."""
    features, labels = scaled_features(world), world.labels
    centres = [np.nanmean(features[labels == j], axis=0) for j in range(len(PERSONAS))]
    nearest = np.argmin([np.nansum((features - centre) ** 2, axis=1) for centre in centres], axis=0)
    return float(adjusted_rand_score(labels, nearest))


def found_by_silhouette(world: World, seed: int) -> int:
    """The k of 2 to 10 that scikit-learn's k-means and best silhouette choose."""
    rows = np.random.default_rng(seed).permutation(world.customers.num_rows)[:2_500]
    features = plain_features(world, [*CARD, *UNRELATED])[rows]
    fits = {k: KMeans(k, n_init=6, random_state=0).fit_predict(features) for k in range(2, 11)}
    return max(fits, key=lambda k: silhouette_score(features, fits[k]))


# ---------------------------------------------------------------- what is in it


def test_columns_and_kinds(world):
    """The seventeen columns of a card portfolio, who somebody is, and four that mean nothing."""
    assert world.customers.column_names == ["CUST_ID", *CARD, "AGE", "REGION", "TIER", "EMAIL", *UNRELATED]
    assert len(CARD) == 17
    texts = {"CUST_ID", "REGION", "TIER", "EMAIL"}
    for name, kind in zip(world.customers.column_names, world.customers.schema.types, strict=True):
        assert pa.types.is_string(kind) == (name in texts), name


def test_card_columns_are_those_of_the_real_file(data):
    header = (data / "credit-card" / "customers.csv").read_text().partition("\n")[0]
    assert header.strip().split(",") == ["CUST_ID", *CARD]


def test_every_column_has_words(world):
    """The labels file covers every column, each in words a reader knows."""
    assert [name for name, *_ in LABELS] == world.customers.column_names
    assert all(words and "_" not in words and len(words) <= 30 for _, words, *_ in LABELS)


def test_shares_are_planted_exactly(world):
    counts = np.bincount(world.labels)
    assert counts.tolist() == [round(20_000 * p.share) for p in PERSONAS]
    assert sum(p.share for p in PERSONAS) == pytest.approx(1.0)
    assert all(0.04 <= p.share <= 0.35 for p in PERSONAS)


def test_truth_is_in_the_order_of_the_customers(world):
    """Each row of the truth is about the customer in the same row; its name goes with its number."""
    assert world.truth["CUST_ID"] == world.customers["CUST_ID"]
    assert world.truth["PERSONA"].to_pylist() == [PERSONAS[j].name for j in world.labels]
    cash = [np.median(values(world, "CASH_ADVANCE")[world.labels == j]) for j in range(6)]
    assert np.argmax(cash) in (1, 5)
    assert np.median(values(world, "PRC_FULL_PAYMENT")[world.labels == 3]) > 0.7


def test_nothing_in_the_order_tells_the_persona(world):
    """Sorted by id, neighbours are alike no more often than by chance."""
    same = np.mean(world.labels[1:] == world.labels[:-1])
    assert same == pytest.approx(sum(p.share**2 for p in PERSONAS), abs=0.015)


# ---------------------------------------------------------------- what is true of each customer


@given(n=st.integers(1, 400), seed=st.integers(0, 2**31))
@settings(deadline=None, max_examples=40)
def test_laws_of_every_customer(n, seed):
    """Whatever the size and the seed: the identity, the caps, and who has zeros and blanks."""
    world = make_world(n, seed)
    t = world.customers
    assert t.num_rows == world.truth.num_rows == n
    cents = {name: np.rint(values(world, name) * 100) for name in CARD[2:6]}
    assert np.array_equal(cents["PURCHASES"], cents["ONEOFF_PURCHASES"] + cents["INSTALLMENTS_PURCHASES"])
    for name in SHARES:
        assert values(world, name).min() >= 0
        assert values(world, name).max() <= 1
    tenure = values(world, "TENURE")
    assert tenure.min() >= 6
    assert tenure.max() <= 12
    limit = values(world, "CREDIT_LIMIT")
    assert np.array_equal(np.isnan(limit), tenure == 6)
    assert np.all((limit[tenure > 6] >= 50) & (limit[tenure > 6] <= 30_000))
    assert np.array_equal(np.isnan(values(world, "MINIMUM_PAYMENTS")), values(world, "PAYMENTS") == 0)
    blank = {name: t[name].null_count for name in t.column_names}
    assert all(count == 0 for name, count in blank.items() if name not in {"CREDIT_LIMIT", "MINIMUM_PAYMENTS"})


@given(seed=st.integers(0, 2**31))
@settings(deadline=None, max_examples=15)
def test_zeros_go_together(seed):
    """Who has no use of a kind has no amount, no month and no count of it; months are whole."""
    world = make_world(300, seed)
    for amount, months in (
        ("ONEOFF_PURCHASES", "ONEOFF_PURCHASES_FREQUENCY"),
        ("INSTALLMENTS_PURCHASES", "PURCHASES_INSTALLMENTS_FREQUENCY"),
        ("CASH_ADVANCE", "CASH_ADVANCE_FREQUENCY"),
        ("CASH_ADVANCE_TRX", "CASH_ADVANCE_FREQUENCY"),
        ("PURCHASES_TRX", "PURCHASES_FREQUENCY"),
    ):
        assert np.array_equal(values(world, amount) > 0, values(world, months) > 0), amount
    both = values(world, "PURCHASES_FREQUENCY")
    assert np.all(both >= values(world, "ONEOFF_PURCHASES_FREQUENCY"))
    assert np.all(both >= values(world, "PURCHASES_INSTALLMENTS_FREQUENCY"))
    for name in SHARES:
        months = values(world, name) * values(world, "TENURE")
        assert np.abs(months - np.rint(months)).max() < 1e-4, name


@pytest.mark.parametrize("seed", [0, 1])
def test_zeros_and_tails_look_like_life(seed):
    """Shares of zeros and skewness in the range of a real card portfolio."""
    world = make_world(20_000, seed)
    zeros = {name: np.mean(values(world, name) == 0) for name in CARD}
    for name, low, high in (
        ("ONEOFF_PURCHASES", 0.3, 0.55),
        ("INSTALLMENTS_PURCHASES", 0.2, 0.5),
        ("CASH_ADVANCE", 0.3, 0.6),
        ("PURCHASES", 0.08, 0.25),
        ("PRC_FULL_PAYMENT", 0.55, 0.75),
        ("PAYMENTS", 0.015, 0.05),
    ):
        assert low <= zeros[name] <= high, name
    for name in ("PURCHASES", "CASH_ADVANCE", "PAYMENTS", "BALANCE"):
        x = values(world, name)
        assert np.mean(((x - x.mean()) / x.std()) ** 3) > 2, name
        assert x.max() > 10 * np.median(x[x > 0]), name
    assert 0.01 < np.mean(values(world, "TENURE") == 6) < 0.04


def test_columns_hang_together(world):
    """Amounts, months and counts of one habit rise together; the unrelated ones rise with nothing."""
    names = [*CARD, *UNRELATED]
    filled = [np.nan_to_num(values(world, name), nan=0.0) for name in names]
    rho = np.corrcoef(rankdata(np.array(filled), axis=1))
    assert rho[names.index("CASH_ADVANCE"), names.index("CASH_ADVANCE_TRX")] > 0.9
    assert rho[names.index("ONEOFF_PURCHASES"), names.index("ONEOFF_PURCHASES_FREQUENCY")] > 0.8
    unrelated = rho[-4:, :-4]
    assert np.abs(unrelated).max() < 0.04


def test_descriptors_lean_and_do_not_tell(world):
    """Age, region and tier differ between personas, too little to build on; the four others do not differ."""
    age, labels = values(world, "AGE"), world.labels
    between = sum(np.mean(labels == j) * (age[labels == j].mean() - age.mean()) ** 2 for j in range(6)) / age.var()
    assert 0.05 < between < 0.25
    assert age.min() >= 18
    assert age.max() <= 90
    for column, levels, low in (("REGION", REGIONS, 0.02), ("TIER", TIERS, 0.05)):
        level = np.array([levels.index(text) for text in world.customers[column].to_pylist()])
        table = np.zeros((6, len(levels)))
        np.add.at(table, (labels, level), 1)
        expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
        chi2 = ((table - expected) ** 2 / expected).sum()
        assert low < np.sqrt(chi2 / table.sum() / (min(table.shape) - 1)) < 0.3, column


def test_addresses_reach_nobody(world):
    emails = world.customers["EMAIL"]
    assert pc.all(pc.ends_with(emails, "@example.com")).as_py()
    assert len(emails.unique()) == len(world.customers["CUST_ID"].unique()) == 20_000


# ---------------------------------------------------------------- same seed, same world


def test_a_seed_makes_one_world(world):
    assert make_world(20_000, seed=0).customers.equals(world.customers)
    assert not make_world(20_000, seed=1).customers["BALANCE"].equals(world.customers["BALANCE"])


@pytest.mark.parametrize(("n", "seed"), [(0, 0), (-5, 0), (10, -1)])
def test_refuses_nobody(n, seed):
    with pytest.raises(BadSetting, match=r"at least one customer .* Do: use"):
        make_world(n, seed)


def test_one_customer():
    world = make_world(1, seed=3)
    assert world.customers["CUST_ID"].to_pylist() == ["C100001"]
    assert world.labels.tolist() == [0]


# ---------------------------------------------------------------- as files


def test_files_read_back(tmp_path):
    """What is written reads back as what was made; the truth stands in a file of its own."""
    world = make_world(500, seed=5)
    write_world(tmp_path / "world", world)
    files = sorted(p.name for p in (tmp_path / "world").iterdir())
    assert files == ["README.md", "customers-columns.csv", "customers.csv", "truth.csv"]
    back = pa_csv.read_csv(
        tmp_path / "world" / "customers.csv", convert_options=pa_csv.ConvertOptions(strings_can_be_null=False)
    )
    assert back.column_names == world.customers.column_names
    for name in world.customers.column_names:
        assert back[name].cast(world.customers[name].type).equals(world.customers[name]), name
    assert "PERSONA" not in back.column_names
    assert pa_csv.read_csv(tmp_path / "world" / "truth.csv")["PERSONA"].equals(world.truth["PERSONA"])


def test_labels_file_has_one_line_a_column(tmp_path):
    write_world(tmp_path, make_world(10))
    with (tmp_path / "customers-columns.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["column", "words", "unit", "currency", "group"]
    assert [row["column"] for row in rows] == make_world(1).customers.column_names


def test_readme_tells_the_rules(tmp_path):
    write_world(tmp_path, make_world(12_345))
    text = (tmp_path / "README.md").read_text()
    for said in ("12,345", "PAYMENTS = 0", "TENURE = 6", "truth.csv", "ONEOFF_PURCHASES + INSTALLMENTS_PURCHASES"):
        assert said in text
    assert all(f"{p.name} {100 * p.share:.0f} %" in text for p in PERSONAS)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FileTrouble, match="cannot be made a folder"):
        write_world(tmp_path / "file", make_world(1))


# ---------------------------------------------------------------- how hard it is


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_personas_overlap_a_little(seed):
    """Even who knows the true centres is not always right."""
    assert 0.96 <= found_by_true_centres(make_world(20_000, seed)) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 40))
def test_personas_overlap_a_little_in_any_world(seed):
    assert 0.96 <= found_by_true_centres(make_world(20_000, seed)) <= 0.99


@pytest.mark.slow
def test_the_usual_way_seldom_finds_six():
    """scikit-learn's k-means with the best silhouette finds k in at most 5 of 10 worlds."""
    found = [found_by_silhouette(make_world(20_000, seed), seed) for seed in range(10)]
    assert found.count(6) <= 5, found


@pytest.mark.slow
def test_the_personas_are_there_to_be_found():
    """Told to find six, k-means finds the personas: its best of many starts is theirs, by a margin."""
    world = make_world(10_000, seed=20)
    features = np.nan_to_num(scaled_features(world), nan=0.0)
    fits = sorted((KMeans(6, n_init=1, random_state=i).fit(features) for i in range(20)), key=lambda fit: fit.inertia_)
    assert adjusted_rand_score(world.labels, fits[0].labels_) >= 0.95
    others = [fit for fit in fits if adjusted_rand_score(world.labels, fit.labels_) < 0.95]
    assert not others or others[0].inertia_ > 1.02 * fits[0].inertia_
