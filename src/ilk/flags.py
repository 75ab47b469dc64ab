"""Settings -> command-line flags, so that a setting is written once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from ilk.settings import Settings


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` one flag per field of Settings; it receives what was given as `settings`, unset flags left out."""
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "settings"]
    flags = [_parameter(name, field) for name, field in Settings.model_fields.items()]

    def run(**given: Any) -> None:
        told = {name: given.pop(name) for name in Settings.model_fields}
        command(**given, settings={name: value for name, value in told.items() if value not in (None, [])})

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    hints = inspect.get_annotations(command, eval_str=True)
    own = [p.replace(annotation=hints[p.name], kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    run.__signature__ = inspect.Signature([*own, *flags])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in [*own, *flags]}
    return run


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    extra: dict[str, Any] = field.json_schema_extra  # type: ignore[assignment]
    kind, metavar = _kind(field)
    text = (field.description or "") + (f" ({extra['unit']})" if extra["unit"] else "")
    shown = field.default if isinstance(field.default, (str, int)) and not isinstance(field.default, bool) else None
    if isinstance(field.default, tuple) and field.default:
        shown = "..".join(str(part) for part in field.default)
    option = typer.Option(
        extra["flag"],
        help=text + (f" [default: {shown}]" if shown is not None else ""),
        metavar=extra["shown"] or metavar,
        rich_help_panel=extra["group"],
        show_default=False,
    )
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


def _kind(field: FieldInfo) -> tuple[Any, str | None]:
    """The type the shell sees; Settings checks the value, so that flags and ilk.toml fail with the same words."""
    if field.default is False:
        return bool, None
    if field.default == () and "FILE" in str(field.json_schema_extra):
        return list[Path], "FILE"
    if field.default in ({}, ()):
        return list[str], "COL" if field.default == () else "COL=..."
    if field.annotation is not None and get_origin(field.annotation) is Literal:
        return str | None, "|".join(get_args(field.annotation))
    if field.annotation in (Path | None, Path):
        return Path | None, "FILE"
    return str | None, None
