"""Write docs/reference/settings.md and ilk.schema.json from the settings; `make docs` runs it, a test holds it true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ilk.settings import Settings

TARGET = Path(__file__).parent / "reference" / "settings.md"

SCHEMA = TARGET.with_name("ilk.schema.json")

ASIDES = ("flag", "unit", "source", "group", "shown", "title")
"""What a setting says of itself for flags and pages, and what pydantic adds."""

HEAD = """# Settings

Every setting is a flag of `ilk segment`, a key of `ilk.toml`, a variable of the environment and an argument of
`ilk.segment`. A flag beats `ILK_*`, that beats the project's `ilk.toml`, that beats `~/.config/ilk/ilk.toml`.
Unknown keys are errors.

"""

EXAMPLE = """
An `ilk.toml`, read when it lies where you are or is named with `--config`; the files it names lie beside it, and
[ilk.schema.json](ilk.schema.json) tells an editor what may stand in it:

```toml
descriptor = ["region", "tier"]
prefer = "3..6"
seed = 7

orders = "orders.csv"
activity = ["posts.csv", "comments.csv"]

[role]
income = "amount"
"posts.owner_user_id" = "customer"
"posts.score" = "weight"
```
"""


def settings_page() -> str:
    """The page, made from names, flags, defaults, units and help of the settings."""
    lines = [HEAD]
    for group in dict.fromkeys(field.json_schema_extra["group"] for field in Settings.model_fields.values()):
        lines += [f"## {group}\n\n", "| flag | in ilk.toml | default | what it does |\n|---|---|---|---|\n"]
        lines += [
            _row(name) for name, field in Settings.model_fields.items() if field.json_schema_extra["group"] == group
        ]
        lines.append("\n")
    return "".join(lines).rstrip() + "\n" + EXAMPLE


def schema() -> dict[str, Any]:
    """JSON schema of ilk.toml: every setting under its name, also with hyphens, in each form that is accepted."""
    made = _plain(Settings.model_json_schema(mode="validation"))
    both = {key: value for name, value in made["properties"].items() for key in {name, name.replace("_", "-")}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ilk.toml",
        "description": "Settings of a study",
        "type": "object",
        "additionalProperties": False,
        "properties": dict(sorted(both.items())),
    }


def schema_text() -> str:
    """The same as a file."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _plain(part: Any) -> Any:
    """Without what is for flags and pages; TOML knows no null."""
    if isinstance(part, list):
        return [_plain(each) for each in part if each != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    kept = {k: _plain(v) for k, v in part.items() if not (k in ASIDES and isinstance(v, str)) and v is not None}
    (*alone,) = kept.get("anyOf", ())
    return {**{k: v for k, v in kept.items() if k != "anyOf"}, **alone[0]} if len(alone) == 1 else kept


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    extra = field.json_schema_extra
    asides = ", ".join(aside for aside in (extra["unit"], extra["source"]) if aside)
    text = field.description + (f" ({asides})" if asides else "")
    takes = f" {extra['shown']}" if extra["shown"] else ""
    flag, text = f"{extra['flag']}{takes}".replace("|", "\\|"), text.replace("|", "\\|")
    return f"| `{flag}` | `{name}` | {_default(field.default)} | {text} |\n"


def _default(value: object) -> str:
    if value in (None, (), {}):
        return ""
    if isinstance(value, tuple):
        return f"`{value[0]}..{value[1]}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    TARGET.write_text(settings_page(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
