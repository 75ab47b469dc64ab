"""Write docs/reference/settings.md from the settings themselves; `make docs` runs it, a test holds it true."""

from __future__ import annotations

from pathlib import Path

from ilk.settings import Settings

TARGET = Path(__file__).parent / "reference" / "settings.md"

HEAD = """# Settings

Every setting is a flag of `ilk segment`, a key of `ilk.toml`, a variable of the environment and an argument of
`ilk.segment`. A flag beats `ILK_*`, that beats the project's `ilk.toml`, that beats `~/.config/ilk/ilk.toml`.
Unknown keys are errors.

"""

EXAMPLE = """
An `ilk.toml`, read when it lies where you are or is named with `--config`:

```toml
descriptor = ["region", "tier"]
prefer = "3..6"
seed = 7

[role]
income = "amount"
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
