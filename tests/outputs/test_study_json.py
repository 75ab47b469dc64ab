"""study.json is what its published schema says, to the key and its order."""

from __future__ import annotations

import copy
import json

import pytest

from ilk.outputs.study_json import schema, study_document, study_json

jsonschema = pytest.importorskip("jsonschema")

KEYS = (
    *(
        "ilk_version",
        "source",
        "dialect",
        "sources",
        "id",
        "roles",
        "n_customers",
        "n_assigned",
        "n_rejected",
        "method",
        "k",
    ),
    *("neutral_k", "verdict", "why_k", "candidates", "segments", "board", "fidelity", "fidelity_full_tree", "themes"),
    *("blocks", "warnings", "seconds"),
)


@pytest.mark.parametrize("which", ["model", "hostile", "one_segment", "many_segments"])
def test_it_is_valid(which, request):
    document = json.loads(study_json(request.getfixturevalue(which), {"Reading": 0.5}))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert tuple(document) == KEYS
    assert document["seconds"] == {"Reading": 0.5}


def test_the_schema_refuses_what_it_does_not_promise(model):
    """A key more, a key less, a share of two: none passes."""
    check = jsonschema.Draft202012Validator(schema())
    for change in (
        lambda d: d.update(extra=1),
        lambda d: d.pop("why_k"),
        lambda d: d["segments"][0].update(share=2),
        lambda d: d["segments"][0].update(trust="certain"),
        lambda d: d["candidates"][0].pop("gap"),
    ):
        document = copy.deepcopy(study_document(model))
        change(document)
        assert not check.is_valid(document)


def test_the_figures_are_the_models(model):
    document = study_document(model)
    assert [s["size"] for s in document["segments"]] == [s.size for s in model.segments]
    assert document["roles"]["VISITS"] == "count"
    assert document["k"] == 4
    assert document["segments"][0]["value_share"].keys() == {"SPEND_TOTAL", "CASH_ADVANCE", "PAID", "BALANCE"}


def test_it_is_the_same_every_time(model):
    assert study_json(model) == study_json(model)
