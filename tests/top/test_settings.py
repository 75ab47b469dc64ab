"""Settings: where each value comes from, and what is said when it does not fit."""

from __future__ import annotations

import pytest

from ilk.accepted import stems_meant
from ilk.errors import BadSetting, FileTrouble, MissingColumns
from ilk.settings import Settings, told_by

NOWHERE = {"HOME": "/nowhere"}


def of(given=None, *, config=None, env=None):
    return Settings.of(given, config=config, env={**NOWHERE, **(env or {})})


def test_defaults_need_nothing():
    assert of() == Settings()
    assert (of().k, of().prefer, of().seed, of().transform, of().min_group) == ("auto", (3, 8), 0, "auto", 10)


@pytest.mark.parametrize(("given", "k"), [("auto", "auto"), ("5", 5), (5, 5), ("2..12", (2, 12))])
def test_k_is_auto_a_number_or_a_range(given, k):
    assert of({"k": given}).k == k


@pytest.mark.parametrize("given", ["five", "12..2", "0", "-1", "2..", "1000", "51", "2..51"])
def test_k_that_is_none_of_these_is_refused(given):
    with pytest.raises(BadSetting, match="k:"):
        of({"k": given})


def test_roles_come_as_texts_or_as_a_table():
    assert of({"role": ["a=amount", "b=c=flag"]}).role == {"a": "amount", "b=c": "flag"}
    assert of({"role": {"a": "amount"}}).role == {"a": "amount"}


def test_a_role_without_an_equals_sign_says_so():
    with pytest.raises(BadSetting, match="COLUMN=VALUE"):
        of({"role": ["amount"]})


def test_all_bad_values_are_told_at_once():
    with pytest.raises(BadSetting) as error:
        of({"k": "many", "seed": "-1", "role": ["a=price"]})
    assert all(word in str(error.value) for word in ("k:", "seed:", "--role a=price:"))


def test_flag_beats_environment_beats_project_file_beats_user_file(tmp_path):
    user = tmp_path / "ilk" / "ilk.toml"
    user.parent.mkdir()
    user.write_text("seed = 1\nk = 3\nmethod = 'kmeans'\nmin-group = 20\n")
    project = tmp_path / "project.toml"
    project.write_text("seed = 2\nk = 4\nmethod = 'auto'\n")
    env = {"XDG_CONFIG_HOME": str(tmp_path), "ILK_SEED": "3", "ILK_K": "5"}
    settings = of({"seed": 4}, config=project, env=env)
    assert (settings.seed, settings.k, settings.method, settings.min_group) == (4, 5, "auto", 20)


def test_lists_in_the_environment_are_separated_by_commas():
    assert of(env={"ILK_IGNORE": "a,b", "ILK_ROLE": "a=count,b=flag"}).role == {"a": "count", "b": "flag"}


def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path):
    path = tmp_path / "ilk.toml"
    path.write_text("sead = 1\n")
    with pytest.raises(BadSetting, match="use 'seed'"):
        of(config=path)
    with pytest.raises(BadSetting, match="ILK_SEED"):
        of(env={"ILK_SEAD": "1"})
    with pytest.raises(BadSetting, match="'seed'"):
        of({"sead": 1})


def test_a_file_that_is_not_toml_or_not_there_is_told(tmp_path):
    (tmp_path / "ilk.toml").write_text("k = = 3")
    with pytest.raises(BadSetting, match="not valid TOML"):
        of(config=tmp_path / "ilk.toml")
    with pytest.raises(FileTrouble, match="cannot be read"):
        of(config=tmp_path / "none.toml")


def test_every_setting_says_what_it_is_and_has_a_flag():
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.json_schema_extra["flag"].startswith("-"), name
        assert field.json_schema_extra["group"], name


def test_settings_survive_being_written_down():
    settings = of({"k": "2..12", "role": ["a=amount"], "descriptor": ["b"], "labels": "x.csv"})
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_words_for_files_of_events_are_checked_against_the_kind_of_file():
    """A log has topics and orders have amounts; the customer table has neither."""
    files = {"activity": ["social/posts.2024.csv.gz"], "orders": "shop.duckdb#sales"}
    role = ["posts.2024.owner=customer", "posts.2024.tags=topic", "sales.total=amount", "income=amount", "a.b=count"]
    settings = of({**files, "role": role})
    assert settings.parts_of(settings.activity[0], "activity", ["owner", "tags", "x"]) == {
        "owner": "customer",
        "tags": "topic",
    }
    assert settings.parts_of(settings.orders[0], "orders", ["total"]) == {"total": "amount"}
    with pytest.raises(BadSetting) as error:
        of({**files, "role": ["posts.2024.tags=product", "income=customer", "sales.total=topic"]})
    assert all(word in str(error.value) for word in ("posts.2024.tags=product", "income=customer", "sales.total=topic"))


def test_a_column_a_file_of_events_does_not_have_is_told_with_the_nearest_one():
    settings = of({"activity": "posts.csv", "role": ["posts.ownr=customer"]})
    with pytest.raises(MissingColumns, match="use 'owner'"):
        settings.parts_of(settings.activity[0], "activity", ["owner", "tags"])


def test_what_is_made_of_orders_may_share_its_prefix_with_the_file():
    """`orders.recency` is no column of orders.csv; it is made, and may be given a role later."""
    settings = of({"orders": "orders.csv", "role": ["orders.recency=number", "orders.paid=amount"]})
    assert settings.parts_of(settings.orders[0], "orders", ["paid"]) == {"paid": "amount"}


def test_frames_are_called_what_they_are():
    settings = of({"role": ["activity.who=customer"]})
    assert settings.parts_of(object(), "activity", ["who"]) == {"who": "customer"}


def test_files_named_in_ilk_toml_lie_beside_it(tmp_path):
    (tmp_path / "ilk.toml").write_text(
        "activity = ['a.csv', '/b.csv']\norders = 'glob:o/*.pq'\nlabels = 'words.csv'\n[role]\na.who = 'customer'\n"
    )
    found = of(config=tmp_path / "ilk.toml")
    assert [str(path) for path in found.activity] == [str(tmp_path / "a.csv"), "/b.csv"]
    assert str(found.orders[0]) == f"glob:{tmp_path}/o/*.pq"
    assert found.labels == tmp_path / "words.csv"
    assert found.role == {"a.who": "customer"}


def test_what_was_not_given_as_a_flag_is_named(tmp_path):
    user = tmp_path / "ilk" / "ilk.toml"
    user.parent.mkdir()
    user.write_text("seed = 1\n")
    env = {"XDG_CONFIG_HOME": str(tmp_path), "ILK_SEED": "3", "ILK_CACHE_DIR": "/x", "OTHER": "1"}
    assert told_by(tmp_path / "ilk.toml", env) == (str(tmp_path / "ilk.toml"), str(user), "ILK_SEED")
    assert told_by(env=NOWHERE) == ()


def test_a_word_that_is_no_role_is_told_once_with_the_one_that_was_meant():
    with pytest.raises(BadSetting) as error:
        Settings.of({"role": ["wt=weigth"]}, env={})
    assert "--role wt=weigth: 'weigth' is nothing a column can be; use 'weight', if that is what you mean." in str(
        error.value
    )
    assert str(error.value).count("weigth") == 2


def test_a_value_is_told_once():
    with pytest.raises(BadSetting) as error:
        Settings.of({"k": "500000"}, env={})
    assert str(error.value).count("500000") == 1


def test_a_misspelt_stem_is_told_as_the_file_is_called():
    assert stems_meant(["order.amount", "spend"], ["orders"]).startswith("write orders.amount for order.amount:")
    assert stems_meant(["orders.amount", "total.amount"], ["orders"]) == "name one of the columns that are there"
