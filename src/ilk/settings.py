"""Settings are data: name, default, unit, help and source, from which flags, ilk.toml, widgets and docs are made."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ilk.errors import BadSetting, FileTrouble

Role = Literal[
    "id",
    "amount",
    "count",
    "share",
    "number",
    "ordered",
    "flag",
    "category",
    "choices",
    "topics",
    "text",
    "date",
    "descriptor",
    "contact",
    "ignore",
]
"""What a column is; see the words of the design."""

ROLES: tuple[str, ...] = get_args(Role)

FIT_SAMPLE = 131_072
"""Customers a fit looks at to set scales and starts; one size on every engine so that all agree."""

MOST_SEGMENTS = 50
"""Nobody acts on more; every k tried costs a hundred refits."""

EVIDENCE_SAMPLE = 10_000
"""Customers the evidence is computed on; the first ones of the fit sample."""


def _pairs(value: Any) -> Any:
    """Accept COL=VALUE texts, as flags give them, beside a table."""
    if isinstance(value, (list, tuple)):
        broken = [text for text in value if "=" not in str(text)]
        if broken:
            message = f"{broken[0]!r} is not of the form COLUMN=VALUE"
            raise ValueError(message)
        return dict(str(text).rsplit("=", 1) for text in value)
    return value


def _ks(value: Any) -> Any:
    """Accept "auto", 5, "5", "2..12" and (2, 12), within 1 to MOST_SEGMENTS."""
    text = value.strip() if isinstance(value, str) else ""
    told = int(text) if re.fullmatch("[0-9]{1,6}", text) else value
    told = _range(told) if re.fullmatch(r"\d+\.\.\d+", text) else told
    ends = told if isinstance(told, (tuple, list)) else (told,)
    if told != "auto" and not all(isinstance(end, int) and 1 <= end <= MOST_SEGMENTS for end in ends):
        message = f"{value!r} is not auto, a whole number from 1 to {MOST_SEGMENTS}, or a range such as 3..8"
        raise ValueError(message)
    return told


def _range(value: Any) -> Any:
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+)\.\.(\d+)", value)
        if not found or int(found[1]) > int(found[2]):
            message = f"{value!r} is not a range such as 3..8"
            raise ValueError(message)
        return (int(found[1]), int(found[2]))
    return value


def _mark(value: Any) -> Any:
    """Accept one character, or its name."""
    names = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "pipe": "|", "\\t": "\t"}
    mark = names.get(value.strip().lower(), value) if isinstance(value, str) else value
    if mark is not None and (not isinstance(mark, str) or len(mark) != 1 or mark.isalnum() or mark in "\"'\n\r"):
        message = f"{value!r} is not one character that can stand between cells, nor comma, semicolon, tab or bar"
        raise ValueError(message)
    return mark


Table = BeforeValidator(_pairs)
Weight = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


def _field(
    default: Any,
    text: str,
    *,
    flag: str = "",
    unit: str = "",
    source: str = "",
    group: str = "Columns",
    shown: str = "",
    **limits: Any,
) -> Any:
    extra: dict[str, Any] = {"flag": flag, "unit": unit, "source": source, "group": group, "shown": shown}
    return Field(default, description=text, json_schema_extra=extra, **limits)


class Settings(BaseModel):
    """Everything a study can be told; frozen, so that a model can say exactly how it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | None = _field(
        None, "Column that identifies a customer; found by uniqueness and name when not given", flag="--id", shown="COL"
    )
    role: Annotated[dict[str, Role], Table] = _field(
        {}, "COLUMN=ROLE, what a column is: " + ", ".join(ROLES), flag="--role"
    )
    descriptor: tuple[str, ...] = _field(
        (), "Column that describes segments and does not build them", flag="--descriptor"
    )
    ignore: tuple[str, ...] = _field((), "Column to leave out", flag="--ignore")
    labels: Path | None = _field(
        None, "File with the words for each column: column, words, unit, currency, group, order", flag="--labels"
    )
    weight: Annotated[dict[str, Weight], Table] = _field(
        {}, "COLUMN=WEIGHT, how much a column counts; 1 when not given", flag="--weight"
    )
    missing: Annotated[dict[str, Literal["skip", "zero", "flag"]], Table] = _field(
        {},
        "COLUMN=skip|zero|flag, what a missing answer means: not known, none, or a fact of its own",
        flag="--missing",
    )
    transform: Literal["auto", "standard"] = _field(
        "auto", "auto chooses by role; standard only standardises every number", flag="--transform"
    )
    balance: Literal["none", "themes"] = _field(
        "none", "themes: columns that say the same share one vote", flag="--balance"
    )
    center_respondents: bool = _field(
        False,
        "Count each respondent's answers to a battery of ordered columns from that respondent's own mean: "
        "for when segments are a style of answering",
        flag="--center-respondents",
        source="Fischer (2004)",
    )
    where: str | None = _field(
        None, "Keep customers that meet this SQL condition", flag="--where", shown="CONDITION", group="Source"
    )
    delimiter: Annotated[str | None, BeforeValidator(_mark)] = _field(
        None,
        "What stands between the cells of a text file: one character, or comma, semicolon, tab, bar; found by a vote "
        "when not given",
        flag="--delimiter",
        shown="MARK",
        group="Source",
    )
    query: str | None = _field(
        None, "One SELECT over the source, which it calls `source`", flag="--query", shown="SELECT", group="Source"
    )
    compare_with: str | None = _field(
        None, "Column with the grouping you use today, to compare with", flag="--compare-with", shown="COL"
    )
    k: Annotated[Literal["auto"] | int | tuple[int, int], BeforeValidator(_ks)] = _field(
        "auto",
        "Number of segments: auto, a number, or a range to choose from such as 2..12",
        flag="-k",
        shown="auto|N|A..B",
        group="Segments",
    )
    prefer: Annotated[tuple[int, int], BeforeValidator(_range)] = _field(
        (3, 8),
        "Range of k that is useful to act on",
        flag="--prefer",
        shown="A..B",
        group="Segments",
        source="convention",
    )
    method: Literal["auto", "kmeans"] = _field("auto", "How segments are found", flag="--method", group="Segments")
    seed: int = _field(
        0,
        "Seed of every random draw; the same seed gives the same study",
        flag="--seed",
        shown="N",
        group="Segments",
        ge=0,
        le=2**31 - 1,
    )
    min_group: int = _field(
        10,
        "Nothing is published about fewer customers than this",
        flag="--min-group",
        shown="N",
        unit="customers",
        group="Privacy",
        source="El Emam (2013), rule of thumb",
        ge=1,
    )
    engine: Literal["auto", "memory"] = _field("auto", "Where it runs", flag="--engine", group="Machine")
    threads: int | None = _field(
        None, "Threads; the answer does not depend on them", flag="--threads", shown="N", group="Machine", ge=1, le=256
    )
    png: bool = _field(False, "Also write every chart and persona card as PNG", flag="--png", group="Output")

    @classmethod
    def of(
        cls, given: Mapping[str, Any] | None = None, *, config: Path | None = None, env: Mapping[str, str] = os.environ
    ) -> Settings:
        """Merge flags over ILK_* variables over the project file over the user file over defaults.

        Raises:
            BadSetting: For an unknown key or a value that does not fit, all of them at once.
        """
        layers = [_from_file(user_file(env)), _from_file(config), _from_env(env), dict(given or {})]
        merged = {key: value for layer in layers for key, value in layer.items()}
        unknown = [key for key in merged if key not in cls.model_fields]
        if unknown:
            raise BadSetting.unknown(unknown[0], cls.model_fields, where="ilk")
        try:
            return cls(**merged)
        except ValidationError as error:
            raise BadSetting(_in_words(error), do="see `ilk segment --help` for what each setting takes") from None


def told_by(config: Path | None = None, env: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Where settings come from that nobody gave as a flag: the files that say something, and the variables."""
    files = [str(path) for path in (config, user_file(env)) if path is not None]
    return (*files, *sorted(name for name in env if _is_setting(name)))


def user_file(env: Mapping[str, str] = os.environ) -> Path | None:
    """The user's own ilk.toml, if there is one."""
    base = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "/")) / ".config")
    path = base / "ilk" / "ilk.toml"
    return path if path.is_file() else None


def cache_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where compiled kernels may be kept: private to the user."""
    named = env.get("ILK_CACHE_DIR")
    return Path(named) if named else Path(env.get("XDG_CACHE_HOME") or Path(env.get("HOME", "/")) / ".cache") / "ilk"


def _from_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileTrouble(
            f"{path} cannot be read", got=error.strerror, do="check the path and that you may read it"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(
            f"{path} is not valid TOML", got=str(error), do='mend the line it names, such as prefer = "3..8"'
        ) from None
    settings = {key.replace("-", "_"): value for key, value in found.items()}
    for key in settings:
        if key not in Settings.model_fields:
            raise BadSetting.unknown(key, Settings.model_fields, where=str(path))
    return settings


def _from_env(env: Mapping[str, str]) -> dict[str, Any]:
    """ILK_SEED=1 and friends; lists are separated by commas, ILK_CACHE_DIR is not a setting of a study."""
    found: dict[str, Any] = {}
    for name, value in env.items():
        if not _is_setting(name):
            continue
        key = name.removeprefix("ILK_").lower()
        if key not in Settings.model_fields:
            raise BadSetting.unknown(
                name, (f"ILK_{known.upper()}" for known in Settings.model_fields), where="the environment"
            )
        listed = Settings.model_fields[key].default in ({}, ())
        found[key] = value.split(",") if listed else value
    return found


def _is_setting(name: str) -> bool:
    return name.startswith("ILK_") and name != "ILK_CACHE_DIR"


def _in_words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        where = "-".join(str(part).replace("_", "-") for part in problem["loc"][:2] if isinstance(part, str))
        said = problem["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        lines.append(f"{where}: {said}, got {problem['input']!r}")
    return "; ".join(dict.fromkeys(lines))
