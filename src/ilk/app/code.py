"""What was done, as the command line and as Python: only what differs from the defaults."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from ilk.accepted import PARTS
from ilk.model.edits import standing
from ilk.model.model import Model
from ilk.model.parts import Edit
from ilk.outputs.folder import source_stem
from ilk.settings import Settings

GIVEN = "(given)"
"""Stands in a model where a condition or a query was; what it said is not kept, because it may name a person."""


def changed_settings(model: Model) -> dict[str, Any]:
    """The settings of a study that are not the defaults, as JSON has them."""
    usual = json.loads(Settings().model_dump_json())
    try:
        told = json.loads(model.content.provenance.settings)
    except json.JSONDecodeError:
        return {}
    return {name: value for name, value in told.items() if name in usual and value != usual[name]}


def is_whole(model: Model) -> bool:
    """Whether the code says everything; a condition or query is not kept in a model."""
    return GIVEN not in changed_settings(model).values()


def command_line(model: Model, folder: Path | None = None) -> str:
    """The commands that repeat a study and the changes made to it by hand."""
    provenance = model.content.provenance
    out = folder.name if folder is not None else f"{source_stem(provenance.source)}-segments"
    words = ["ilk", "segment", *([provenance.source] if provenance.has_table else [])]
    for name, value in changed_settings(model).items():
        words += _flags(str(_extra(name)["flag"]), value)
    lines = [shlex.join([*words, "--out", out])]
    made = standing(model.edits)  # what was taken back need not be repeated
    lines += [shlex.join(["ilk", "edit", out, *_edit(model, made[: i + 1])]) for i in range(len(made))]
    return "\n".join(lines)


def python_code(model: Model) -> str:
    """The Python that repeats a study; changes by hand are made on the command line or in the app."""
    provenance, changed = model.content.provenance, changed_settings(model)
    table = [repr(provenance.source)] if provenance.has_table else []
    files = [f"{kind}={_python(changed[kind])}" for kind in PARTS if kind in changed]
    others = [f"{name}={_python(value)}" for name, value in changed.items() if name not in PARTS]
    return "\n".join(
        [
            "import ilk",
            "",
            f"study = ilk.segment({', '.join([*table, *files, *others])})",
            "print(study)",
            f"labels = study.model.assign({', '.join([*table, *files])})",
        ]
    )


def _extra(name: str) -> dict[str, Any]:
    found = Settings.model_fields[name].json_schema_extra
    return found if isinstance(found, dict) else {}


def _flags(flag: str, value: Any) -> list[str]:
    if value is True:
        return [flag]
    if isinstance(value, dict):
        return [word for column, told in value.items() for word in (flag, f"{column}={told}")]
    if isinstance(value, list) and len(value) == 2 and all(isinstance(end, int) for end in value):
        return [flag, f"{value[0]}..{value[1]}"]
    if isinstance(value, list):
        return [word for each in value for word in (flag, str(each))]
    return [flag, str(value)]


def _python(value: Any) -> str:
    """A list of two numbers is a range, which Python gives as a tuple."""
    if isinstance(value, list) and len(value) == 2 and all(isinstance(end, int) for end in value):
        return repr(tuple(value))
    return repr(value)


def _edit(model: Model, edits: tuple[Edit, ...]) -> list[str]:
    """The last of these changes made by hand, as `ilk edit` takes it."""
    before, edit = Model(model.content, edits[:-1]), edits[-1]
    number = {segment.uid: str(segment.number) for segment in before.segments}
    reason = ["--reason", edit.reason] if edit.reason else []
    if edit.action in {"rename", "note", "use"}:
        return [edit.action, number.get(edit.uid, edit.uid), edit.text, *reason]
    if edit.action == "merge":
        return ["merge", number.get(edit.uid, edit.uid), number.get(edit.other, edit.other), *reason]
    if edit.action == "aside":
        return ["aside", edit.text, "--name", edit.name, *reason]
    return ["adopt", str(edit.number), *reason]
