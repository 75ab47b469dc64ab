"""The .ilk file: whole or refused, whatever somebody does to it."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from built import build
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import to_json

from ilk.errors import BadModelFile, FileTrouble
from ilk.features.recipe import apply
from ilk.model import file
from ilk.model.file import load, parse, save
from ilk.model.parts import Edit
from ilk.model.score import score

FUZZ = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def raw(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "shop.ilk"
    edit = Edit("rename", "sounds better", "2026-11-23", uid=model.segments[0].uid, text="Regulars")
    save(model.edited(edit), path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def document(raw):
    return json.loads(raw)


def signed(document):
    """The document with digests that fit, as somebody who wants to cheat would write it."""
    content, edits = to_json(document["content"]), to_json(document["edits"])
    document = document | {"sha256": file._digest(content).decode(), "edits_sha256": file._digest(edits).decode()}
    return to_json(document)


def changed(document, change):
    document = copy.deepcopy(document)
    change(document)
    return signed(document)


def test_a_model_comes_back_as_it_was(model, tmp_path):
    path = save(model, tmp_path / "shop.ilk")
    assert load(path) == model
    assert load(str(path)).content == model.content


def test_a_model_with_edits_comes_back_and_its_hash_stays(model, tmp_path):
    edit = Edit(
        "note", "asked by sales", "2026-11-23", uid=model.segments[1].uid, text="Call them,\nbut not on Mondays"
    )
    edited = model.edited(edit)
    save(model, tmp_path / "a.ilk")
    save(edited, tmp_path / "b.ilk")
    assert load(tmp_path / "b.ilk").segments[1].note.startswith("Call them,\n")
    first, second = (json.loads((tmp_path / name).read_text())["sha256"] for name in ("a.ilk", "b.ilk"))
    assert first == second


def test_the_file_is_one_json_document_with_a_version_and_a_digest(document):
    assert document["format"] == 2
    assert document["ilk"]
    assert len(document["sha256"]) == 64
    assert set(document) == {"format", "ilk", "sha256", "content", "edits_sha256", "edits"}


def test_floats_are_not_rounded(model, raw):
    awkward = replace(model.content, value_column=None, solutions=model.content.solutions)
    first = awkward.solutions[0]
    odd = replace(first, distances=(0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0))
    again = parse(_written(replace(model, content=replace(awkward, solutions=(odd, *awkward.solutions[1:])))), "x")
    assert [v.hex() for v in again.content.solutions[0].distances] == [v.hex() for v in odd.distances]


def _written(model):
    content, edits = to_json(model.content), to_json(model.edits)
    return to_json({"format": 1, "ilk": "0", "content": json.loads(content), "edits": json.loads(edits)} | {
        "sha256": file._digest(content).decode(), "edits_sha256": file._digest(edits).decode()})  # fmt: skip


def test_the_file_may_be_read_by_others_and_is_whole_or_absent(model, tmp_path, monkeypatch):
    path = save(model, tmp_path / "shop.ilk")
    assert path.stat().st_mode & 0o777 == 0o644
    before = path.read_bytes()

    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(FileTrouble, match="No space left"):
        save(model.at(2), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["shop.ilk"]


def test_something_else_is_not_written_over(model, tmp_path):
    path = tmp_path / "thesis.txt"
    path.write_text("years of work")
    with pytest.raises(FileTrouble, match="is there and is not a model"):
        save(model, path)
    assert path.read_text() == "years of work"
    save(model, path, force=True)
    save(model.at(2), path)
    assert load(path).k == 2


def test_a_model_that_would_not_read_back_is_not_written(model, tmp_path):
    broken = replace(model, content=replace(model.content, k=17))
    with pytest.raises(BadModelFile, match="do not fit the one chosen"):
        save(broken, tmp_path / "x.ilk")
    infinite = replace(model.content.solutions[0], distances=(float("nan"),))
    with pytest.raises(BadModelFile):
        save(replace(model, content=replace(model.content, solutions=(infinite,))), tmp_path / "x.ilk")
    assert not list(tmp_path.iterdir())


def test_a_model_that_reads_back_as_another_is_not_written(model, tmp_path, monkeypatch):
    monkeypatch.setattr(file, "parse", lambda *_: model.at(2))
    with pytest.raises(BadModelFile, match="would not read back as the model it is"):
        save(model, tmp_path / "x.ilk")
    assert not list(tmp_path.iterdir())


def test_a_folder_in_the_way_is_no_model(model, tmp_path):
    with pytest.raises(FileTrouble, match="is there and is not a model"):
        save(model, tmp_path)


# ---------------------------------------------------------------- no customer inside


def test_nothing_of_a_customer_is_in_the_file(model, frame, raw):
    """No id, no address, no hash of one, and no value that only one customer has."""
    text = raw.decode()
    assert not [one for one in frame["CUSTOMER_ID"].to_pylist() if one in text]
    assert "example.com" not in text
    assert "somebody" not in text


def test_no_number_is_about_fewer_than_ten_customers(document):
    assert min(document["content"]["reference"]["customers"]) >= 10
    for solution in document["content"]["solutions"]:
        for segment in solution["segments"]:
            for profile in segment["profiles"]:
                assert all(count is None or count >= 10 for count in profile["levels"])


def test_reference_points_are_nobody(model, matrix):
    """No reference point is a customer, unless ten customers are equal."""
    rows = {row.tobytes() for row in np.nan_to_num(matrix).astype(np.float64)}
    assert not [p for p in np.array(model.content.reference.points) if p.tobytes() in rows]


def test_a_content_that_tells_from_a_contact_column_is_refused(model, tmp_path):
    leaking = tuple(
        replace(c, facts=replace(c.facts, levels=(("anna@example.com", 12),))) if c.plan.role == "contact" else c
        for c in model.content.columns
    )
    with pytest.raises(BadModelFile, match="a column that names customers"):
        save(replace(model, content=replace(model.content, columns=leaking)), tmp_path / "x.ilk")


# ---------------------------------------------------------------- files that are refused


def test_damage_is_found(raw):
    broken = raw.replace(b'"k":3', b'"k":2', 1)
    with pytest.raises(BadModelFile, match=r"is damaged, or was changed.*get it again"):
        parse(broken, "shop.ilk")
    with pytest.raises(BadModelFile, match=r"shop.ilk is damaged.*breaks off.*get it again"):
        parse(raw[: len(raw) // 2], "shop.ilk")
    with pytest.raises(BadModelFile, match="the edits do not fit"):
        parse(raw.replace(b"Regulars", b"Irregulars"), "shop.ilk")


def test_white_space_is_no_damage(raw, document):
    assert parse(json.dumps(document, indent=1, ensure_ascii=False).encode(), "x") == parse(raw, "x")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b"{", b"\x00" * 40, b"PK\x03\x04", b"\xff\xfe{}", b'{"format":1}', b'{"format":"1"}',
     b"[" * 100_000, b'{"a":' * 5_000, b'{"format":' + b"9" * 5_000 + b"}", b'{"format":true}', b"NaN",
     b'{"format":1,"sha256":1,"content":{},"edits_sha256":2,"edits":[]}'],
)  # fmt: skip
def test_what_is_no_model_is_refused(content):
    with pytest.raises(BadModelFile):
        parse(content, "x.ilk")


def test_a_newer_format_says_so(document):
    with pytest.raises(BadModelFile, match=r"has format 3, this ilk reads formats 1 to 2\. Do: use a newer ilk"):
        parse(to_json(document | {"format": 3}), "x.ilk")


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "big.ilk"
    with path.open("wb") as handle:
        handle.truncate(file.LARGEST + 1)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("was opened"))
    with pytest.raises(BadModelFile, match="too large for a model"):
        load(path)
    with pytest.raises(BadModelFile, match="too large for a model"):
        parse(b" " * (file.LARGEST + 1), "x.ilk")


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(BadModelFile, match="is not a file"):
        load(tmp_path)
    with pytest.raises(FileTrouble, match="cannot be read"):
        load(tmp_path / "nothing.ilk")
    os.mkfifo(tmp_path / "pipe.ilk")
    with pytest.raises(BadModelFile, match="is not a file"):
        load(tmp_path / "pipe.ilk")


HOSTILE = {
    "a NaN": lambda d: d["content"]["solutions"][0].update(distances=[float("nan")]),
    "a number beyond float64": lambda d: d["content"]["recipe"]["transforms"][0].update(scale=10**400),
    "a count beyond 2^53": lambda d: d["content"]["provenance"].update(n_customers=2**60),
    "a huge count": lambda d: d["content"]["provenance"].update(n_customers=10**3000),
    "a flag for a number": lambda d: d["content"]["recipe"]["transforms"][0].update(spread=True),
    "a text for a number": lambda d: d["content"].update(k="3"),
    "an unknown key": lambda d: d["content"].update(run="rm -rf /"),
    "an unknown role": lambda d: d["content"]["recipe"]["transforms"][0].update(role="shell"),
    "a missing key": lambda d: d["content"].pop("recipe"),
    "a short centre": lambda d: d["content"]["solutions"][1]["scorer"]["centres"][0].pop(),
    "a centre between the steps": lambda d: d["content"]["solutions"][1]["scorer"]["centres"][0].__setitem__(0, 0.1),
    "a centre far out": lambda d: d["content"]["solutions"][1]["scorer"]["centres"][0].__setitem__(0, 256.0),
    "one bootstrap short": lambda d: d["content"]["solutions"][1]["bootstraps"][0].pop(),
    "two equal uids": lambda d: d["content"]["solutions"][2]["segments"][0].update(
        uid=d["content"]["solutions"][2]["segments"][1]["uid"]
    ),
    "segments out of order": lambda d: d["content"]["solutions"][2]["segments"].reverse(),
    "a k nobody tried": lambda d: d["content"].update(k=9),
    "no solutions": lambda d: d["content"].update(solutions=[]),
    "no transforms": lambda d: d["content"]["recipe"].update(transforms=[]),
    "a feature beyond float64": lambda d: d["content"]["recipe"]["transforms"][0].update(weight=1e308, spread=1e-308),
    "a category beyond float64": lambda d: d["content"]["recipe"]["transforms"][-1].update(weight=1e308),
    "a spread of 0": lambda d: d["content"]["recipe"]["transforms"][0].update(spread=0.0),
    "no features in a transform": lambda d: d["content"]["recipe"]["transforms"][0].update(centre=[]),
    "an undescribed column": lambda d: d["content"]["columns"].pop(0),
    "a column twice": lambda d: d["content"]["columns"].append(d["content"]["columns"][0]),
    "a reference point for nobody": lambda d: d["content"]["reference"]["customers"].__setitem__(0, 0),
    "too few reference points": lambda d: d["content"]["reference"]["points"].pop(),
    "a map of another size": lambda d: d["content"]["map"]["origin"].pop(),
    "a building column twice": lambda d: d["content"]["recipe"]["transforms"].append(
        d["content"]["recipe"]["transforms"][0]
    ),
    "other segments than k": lambda d: d["content"]["solutions"][1]["segments"].pop(),
    "a negative distance": lambda d: d["content"]["solutions"][2]["segments"][0].update(distance_limit=-1.0),
    "a profile of no column": lambda d: d["content"]["solutions"][2]["segments"][0]["profiles"][0].update(column="x"),
    "levels of another number": lambda d: d["content"]["solutions"][2]["segments"][0]["profiles"][-2].update(
        levels=[1]
    ),
    "a reference point far out": lambda d: d["content"]["reference"]["points"][0].__setitem__(0, 300.0),
    "a negative size": lambda d: d["content"]["solutions"][2]["segments"][0].update(size=-1),
    "no evidence": lambda d: d["content"]["evidence"].update(candidates=[]),
    "correlations that are not square": lambda d: d["content"].update(correlation_columns=["SPEND"]),
    "a histogram of another size": lambda d: d["content"]["solutions"][2]["segments"][0]["profiles"][0].update(
        bins=[1]
    ),
    "an edit of a segment that is not there": lambda d: d["edits"][0].update(uid="nobody"),
    "an edit nobody can make": lambda d: d["edits"][0].update(action="delete"),
    "a date that is none": lambda d: d["edits"][0].update(date="yesterday"),
    "edits that are none": lambda d: d.update(edits={}),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_made_to_deceive_is_refused(document, change):
    """The digest proves integrity, not origin: with a digest that fits, the content is still checked."""
    with pytest.raises(BadModelFile) as caught:
        parse(changed(document, change), "x.ilk")
    assert len(str(caught.value)) < 600


def test_a_message_does_not_repeat_what_a_file_says(document):
    secret = "4929 1234 5678 9012"
    hostile = changed(document, lambda d: d["content"].update(k=secret))
    with pytest.raises(BadModelFile) as caught:
        parse(hostile, "x.ilk")
    assert secret not in str(caught.value)


@FUZZ
@given(data=st.data())
def test_flipped_bytes_are_refused_or_harmless(raw, data):
    good, broken = parse(raw, "x"), bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        broken[at] = data.draw(st.integers(0, 255))
    _refused_or_equal(bytes(broken), good)


@FUZZ
@given(data=st.data())
def test_a_cut_or_doubled_piece_is_refused_or_harmless(raw, data):
    good = parse(raw, "x")
    first = data.draw(st.integers(0, len(raw) - 1))
    last = data.draw(st.integers(first, len(raw)))
    _refused_or_equal(raw[:first] + raw[last:], good)
    _refused_or_equal(raw[:last] + raw[first:], good)


class Spoiler:
    """Every place in a content, by its path with numbers left out: one kind of place is as likely as another."""

    def __init__(self, document):
        self.document, kinds = document, {}
        todo = [((), document["content"])]
        while todo:
            path, node = todo.pop()
            kind = tuple("*" if isinstance(step, int) else step for step in path)
            kinds.setdefault(kind, []).append(path)
            if isinstance(node, (dict, list)):
                todo += [((*path, key), node[key]) for key in (node if isinstance(node, dict) else range(len(node)))]
        del kinds[()]
        self.kinds = list(kinds.values())

    def spoilt(self, kind, which, value):
        """The document with something else in one place, or nothing."""
        alike = self.kinds[kind % len(self.kinds)]
        path = alike[which % len(alike)]
        document = copy.deepcopy(self.document)
        node = document["content"]
        for step in path[:-1]:
            node = node[step]
        if value is NOTHING:
            del node[path[-1]]
        else:
            node[path[-1]] = value
        return signed(json.loads(json.dumps(document)))

    def __repr__(self):
        return "Spoiler()"


@pytest.fixture(scope="module")
def spoiler(document):
    return Spoiler(document)


NOTHING = object()
ANY = st.one_of(
    st.just(NOTHING), st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=5),
    st.just([]), st.just({}), st.lists(st.integers(-2, 2), max_size=3), st.just(1e308), st.just(-1), st.just(2**53),
)  # fmt: skip


@FUZZ
@given(kind=st.integers(0, 10**6), which=st.integers(0, 10**6), value=ANY)
def test_any_other_value_anywhere_is_refused_or_works(spoiler, frame, hashes, kind, which, value):
    """With digests that fit: a changed leaf, a deleted key; it is refused with words, or it is a model that works."""
    try:
        model = parse(spoiler.spoilt(kind, which, value), "x")
    except BadModelFile:
        return
    assert str(model)
    features = apply(model.content.recipe, frame.slice(0, 20))
    answered = ~np.isnan(features).all(axis=1)
    found = score(model.scoring, features[answered], hashes[:20][answered])
    assert ((found.label >= 0) & (found.label < len(model.segments))).all()
    assert (((found.certainty >= 0) & (found.certainty <= 1)) | (len(model.scoring.bootstraps) == 0)).all()


def _refused_or_equal(raw, good):
    try:
        found = parse(raw, "x")
    except BadModelFile:
        return
    assert found == good


def test_models_without_extras_are_sound(tmp_path):
    """Few customers: no reference points, no bootstrap solutions."""
    import pyarrow as pa

    rng = np.random.default_rng(0)
    small = pa.table({"NAME_ID": [f"n{i}" for i in range(40)], "A": rng.gamma(2, 10, 40), "B": rng.normal(size=40)})
    model = build(small, ks=(1, 2), k=2, bootstraps=0, id="NAME_ID", role={"A": "amount", "B": "number"})
    assert model.content.reference is None
    assert load(save(model, tmp_path / "small.ilk")) == model


def test_a_file_of_the_first_format_still_opens(model, document):
    """It knows no sources: all its columns came from a table of customers."""
    old = copy.deepcopy(document) | {"format": 1}
    del old["content"]["sources"], old["content"]["texts"], old["content"]["provenance"]["has_table"]
    for column in old["content"]["columns"]:
        del column["plan"]["block"]
    assert parse(signed(old), "x.ilk").content == model.content
