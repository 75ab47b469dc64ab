"""The OpenAPI document of the model in use: its own columns, and examples that are answered as they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ilk import __version__
from ilk.model import levels
from ilk.service import arrow
from ilk.service.columns import LARGEST_ID, LONGEST_TEXT, rows_of
from ilk.service.documents import explanation_document
from ilk.service.found import as_answers, assign_rows
from ilk.service.limits import Limits
from ilk.service.problems import MEDIA_TYPE
from ilk.service.served import Served
from ilk.sources.source import Kind

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "maxLength": LONGEST_TEXT}
_MOST = 1.7976931348623157e308
_NUMBER: Schema = {"type": "number", "minimum": -_MOST, "maximum": _MOST}
_BLANK: Schema = {"type": "null"}

KINDS: Mapping[Kind | None, Schema] = {
    "number": {"anyOf": [_NUMBER, _BLANK]},
    "flag": {"enum": [True, False, 0, 1, "yes", "no", None]},
    "text": {"anyOf": [_TEXT, _NUMBER, _BLANK]},
    "date": {"anyOf": [{"type": "string", "format": "date"}, _BLANK]},
    None: {"anyOf": [_TEXT, _NUMBER, {"type": "boolean"}, _BLANK]},
}
"""What a column of each kind takes."""

_ID: Schema = {"anyOf": [_TEXT, {"type": "integer", "minimum": -LARGEST_ID, "maximum": LARGEST_ID}, _BLANK]}
_ABOUT = (
    "Says which segment customers belong to, and how sure that is. Any column may be left out or null. "
    "Nothing that is sent is kept, logged or repeated in an error."
)


def openapi_document(app: FastAPI, served: Served, limits: Limits, *, guarded: bool) -> Schema:
    """The document.

    Args:
        app: Whose routes are described.
        served: The model in use.
        limits: How many customers are taken at once.
        guarded: Whether a key is needed.
    """
    document = get_openapi(title="ilk", version=__version__, description=_ABOUT, routes=app.routes)
    schemas = document["components"]["schemas"]
    schemas["Customer"] = _customer(served)
    _tell_levels(schemas, served)
    paths = document["paths"]
    paths["/assign"]["post"]["requestBody"] = _assign_body(served, limits)
    paths["/assign"]["post"]["responses"]["200"]["content"] |= {
        arrow.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}
    }
    paths["/explain"]["post"]["requestBody"] = _explain_body(served)
    _show_answers(paths, served)
    for path in paths.values():
        for operation in path.values():
            _as_problems(operation["responses"])
    if guarded:
        document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"key": []}]
    return document


def _tell_levels(schemas: Schema, served: Served) -> None:
    """A model with two levels always tells the board's segment; one without never does."""
    for schema in (schemas["Assigned"], schemas["SegmentTold"], schemas["SegmentWhole"]):
        if served.model.board is not None:
            schema["required"] += levels.COLUMNS
        else:
            schema["properties"] = {
                name: told for name, told in schema["properties"].items() if name not in levels.COLUMNS
            }


def _customer(served: Served) -> Schema:
    known = {c.plan.column: c.plan.label for c in served.model.content.columns}
    columns = {name: dict(KINDS[kind]) for name, kind in served.wanted.kinds.items()}
    for name, schema in columns.items():
        if name in known:
            label = known[name]
            schema["description"] = f"{label.words}{f' ({label.unit})' if label.unit else ''}"
    if served.wanted.id_column:
        columns = {served.wanted.id_column: {**_ID, "description": "Identifies the customer"}, **columns}
    return {
        "type": "object",
        "description": "Column -> value; what is left out is blank. Columns the model does not know are left alone.",
        "properties": columns,
        "additionalProperties": KINDS[None],
    }


def _assign_body(served: Served, limits: Limits) -> Schema:
    customers = {
        "type": "array",
        "minItems": 1,
        "maxItems": limits.customers,
        "items": {"$ref": "#/components/schemas/Customer"},
    }
    examples = {
        f"segment_{one.segment}": {
            "summary": f"Typical of segment {one.segment}",
            "value": {"customers": [one.values]},
        }
        for one in served.typical
    }
    stream = {"schema": {"type": "string", "format": "binary"}}
    json_body = {"schema": _closed({"customers": customers}, ["customers"]), "examples": examples}
    return {"required": True, "content": {"application/json": json_body, arrow.MEDIA_TYPE: stream}}


def _explain_body(served: Served) -> Schema:
    changeable = {
        "anyOf": [{"type": "array", "items": {"enum": sorted(numeric_columns(served))}}, _BLANK],
        "description": "Columns that may change when the way to another segment is looked for",
    }
    properties = {"customer": {"$ref": "#/components/schemas/Customer"}, "changeable": changeable}
    examples = {"typical": {"value": {"customer": served.typical[0].values}}}
    return {
        "required": True,
        "content": {"application/json": {"schema": _closed(properties, ["customer"]), "examples": examples}},
    }


def numeric_columns(served: Served) -> frozenset[str]:
    """Columns that may change on the way to another segment."""
    return frozenset(name for name in served.model.scoring.columns if served.wanted.kinds.get(name) == "number")


def _closed(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _show_answers(paths: Schema, served: Served) -> None:
    """Put the true answers to the examples beside them."""
    rows = rows_of(served.wanted, [one.values for one in served.typical], [])
    answers = as_answers(rows, assign_rows(served.model, served.wanted, rows))
    told = {
        f"segment_{one.segment}": {"value": {"assignments": [answer], "notes": []}}
        for one, answer in zip(served.typical, answers, strict=True)
    }
    paths["/assign"]["post"]["responses"]["200"]["content"]["application/json"]["examples"] = told
    found = explanation_document(served.model.explain(served.typical[0].values), 0)
    explained = paths["/explain"]["post"]["responses"]["200"]["content"]["application/json"]
    explained["examples"] = {"typical": {"value": found}}


def _as_problems(responses: Schema) -> None:
    """FastAPI describes every answer as JSON; those that refuse are problem documents."""
    for status, response in responses.items():
        if not status.startswith("2") and "content" in response:
            response["content"] = {MEDIA_TYPE: next(iter(response["content"].values()))}
