"""The OpenAPI document tells the truth: its examples are answered as it says, and answers fit its schemas."""

from __future__ import annotations

import json

import pytest
from callers import Caller, as_json
from jsonschema import Draft202012Validator

from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.served import Shelf


@pytest.fixture
def document(caller):
    return caller.get("/openapi.json").json()


def schema_at(document, path, method="get", status="200"):
    """A response's schema, with everything it refers to."""
    content = document["paths"][path][method]["responses"][status]["content"]
    return {**next(iter(content.values()))["schema"], "components": document["components"]}


def fits(schema, value):
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)] == []


def test_examples_are_made_of_the_model_and_answered_as_they_say(caller, document, model):
    operation = document["paths"]["/assign"]["post"]
    asked = operation["requestBody"]["content"]["application/json"]["examples"]
    told = operation["responses"]["200"]["content"]["application/json"]["examples"]
    assert list(asked) == list(told) == [f"segment_{segment.number}" for segment in model.segments]
    for name, example in asked.items():
        assert caller.post("/assign", example["value"]).json() == told[name]["value"]
        found = told[name]["value"]["assignments"][0]
        assert f"segment_{found['segment']}" == name
        assert found["id"].startswith("0000")
    operation = document["paths"]["/explain"]["post"]
    asked = operation["requestBody"]["content"]["application/json"]["examples"]["typical"]["value"]
    told = operation["responses"]["200"]["content"]["application/json"]["examples"]["typical"]["value"]
    assert caller.post("/explain", asked).json() == told


def test_answers_fit_their_schemas(caller, document, frame):
    answer = caller.post("/assign", {"customers": [*as_json(frame.slice(0, 20)), {}]}).json()
    assert fits(schema_at(document, "/assign", "post"), answer)
    assert not fits(schema_at(document, "/assign", "post"), {"assignments": [{"id": 1}]})
    for path in ("/segments", "/model", "/healthz", "/readyz"):
        assert fits(schema_at(document, path), caller.get(path).json()), path
    assert fits(schema_at(document, "/segments/{number}"), caller.get("/segments/1").json())
    for customer in ({"SPEND": 1}, {}):
        told = caller.post("/explain", {"customer": customer}).json()
        assert fits(schema_at(document, "/explain", "post"), told)
    problem = caller.post("/assign", "{}").json()
    assert fits(schema_at(document, "/assign", "post", "422"), problem)


def test_what_is_asked_for_fits_the_schema(document, frame):
    body = document["paths"]["/assign"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = {**body, "components": document["components"]}
    assert fits(schema, {"customers": as_json(frame.slice(0, 5))})
    for wrong in (
        {"SPEND": True},
        {"SPEND": "1"},
        {"HAS_CARD": 2},
        {"BASKET": True},
        {"else": {}},
        {"CUSTOMER_ID": 1.5},
    ):
        assert not fits(schema, {"customers": [wrong]}), wrong
    for wrong in ([], [{}] * 10_001):
        assert not fits(schema, {"customers": wrong})


def test_the_key_is_described_where_one_is_needed(model_file, tmp_path, document):
    from ilk.service.keys import add_key

    key = add_key(tmp_path / "keys.txt", "shop")
    caller = Caller(Service(Shelf(model_file, tmp_path / "keys.txt"), Limits()), loopback=False, key=key)
    assert caller.get("/openapi.json").json()["security"] == [{"key": []}]
    assert "security" not in document


def test_nobody_is_in_it(document, frame):
    """Examples are made of published figures: no id, no address of a customer."""
    text = json.dumps(document)
    assert "@example.com" not in text
    assert document["openapi"].startswith("3.1")
    assert "/metrics" not in document["paths"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_whatever_the_document_allows_is_answered_as_it_says(model_file):
    """Schemathesis sends what fits and what does not; no answer is a fault of ours or undocumented."""
    import subprocess
    import sys
    from pathlib import Path

    from callers import running

    with running(model_file) as (address, process, _):
        command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json"]
        options = ["--max-examples", "60", "--workers", "1", "--seed", "1", "--no-color", "--exclude-checks",
                   "unsupported_method", "--suppress-health-check", "all"]  # fmt: skip
        done = subprocess.run([*command, *options], check=False, capture_output=True, text=True, timeout=500)
        assert process.poll() is None
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
