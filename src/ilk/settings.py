"""Settings are data: name, default, unit, help and source, from which flags, ilk.toml, widgets and docs are made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ilk.accepted import (
    BOUNDS,
    PARTS,
    ROLES,
    Part,
    Role,
    in_words,
    ks,
    mark,
    misfit,
    pair,
    pairs,
    paths,
    read_toml,
    renames,
    share,
    span,
    stem_in,
    stem_of,
    with_levels,
    without_rival,
)
from ilk.errors import NAME_ONE, BadSetting, MissingColumns

__all__ = ["ROLES", "Part", "Role", "Settings", "cache_folder", "told_by"]

FIT_SAMPLE = 131_072
"""Customers a fit looks at to set scales and starts; one size on every engine so that all agree."""

BLOCKS = ("customers", "activity", "survey", "orders", "interests")
"""What weighs as one: the columns of a source, and the topics people are interested in."""

EVIDENCE_SAMPLE = 10_000
"""Customers the evidence is computed on; the first ones of the fit sample."""
Table = BeforeValidator(pairs, json_schema_input_type=dict[str, Any] | list[str])
Renames = BeforeValidator(renames, json_schema_input_type=dict[str, Any] | list[str] | str)
Files = Annotated[tuple[Path, ...], BeforeValidator(paths, json_schema_input_type=str | list[str])]
Share = Annotated[float | None, BeforeValidator(share, json_schema_input_type=float | str | None)]
Size = Annotated[int | None, Field(ge=1)]
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
    role: Annotated[dict[str, Role | Part], Table] = _field(
        {},
        f"COLUMN=ROLE, what a column is: {', '.join(ROLES)}; in a file of --activity, --survey or --orders "
        f"STEM.COLUMN=PART: {', '.join(dict.fromkeys(PARTS['activity'] + PARTS['orders']))}, and roles in a survey",
        flag="--role",
    )
    descriptor: tuple[str, ...] = _field(
        (), "Column that describes segments and does not build them", flag="--descriptor"
    )
    ignore: tuple[str, ...] = _field((), "Column to leave out", flag="--ignore")
    labels: Path | None = _field(
        None, "File with the words for each column: column, words, unit, currency, group, order", flag="--labels"
    )
    weight: Annotated[dict[str, Weight], Table] = _field(
        {}, "COLUMN=WEIGHT or SOURCE=WEIGHT, how much a column or a source counts; 1 when not given", flag="--weight"
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
    activity: Files = _field(
        (),
        "Log of what customers did, posted or liked: customer with topic, tags or text, and weight, time, channel if "
        "any; or a table of counts, a column a topic",
        flag="--activity",
        shown="FILE",
        group="Source",
    )
    survey: Files = _field(
        (),
        "Survey, one row a respondent; several files are waves or channels of one questionnaire",
        flag="--survey",
        shown="FILE",
        group="Source",
    )
    orders: Files = _field(
        (),
        "Orders: customer, time, amount, and product, category, quantity, order number if any",
        flag="--orders",
        shown="FILE",
        group="Source",
    )
    by: str | None = _field(
        None,
        "Only the columns of this source, or interests, build segments: " + ", ".join(BLOCKS) + "; or those of a group "
        "of the labels file; all others describe them",
        flag="--by",
        shown="SOURCE|GROUP",
        group="Segments",
    )
    join_ids: Literal["as-written", "folded"] = _field(
        "as-written",
        "How customers of several sources are matched: by the id as it is written, or without regard to case and "
        "blanks",
        flag="--join-ids",
        group="Source",
    )
    max_topics: int = _field(
        100,
        "Topics of an activity log, or interests learnt from them, that become columns, at most; fewer for millions",
        flag="--max-topics",
        shown="N",
        unit="topics",
        group="Source",
        ge=1,
        le=300,
    )
    half_life_days: float | None = _field(
        None,
        "What was done so many days ago counts half; the day makes no difference when not given",
        flag="--half-life-days",
        shown="DAYS",
        unit="days",
        group="Source",
        gt=0,
        allow_inf_nan=False,
    )
    reference_date: date | None = _field(
        None,
        "Day from which recency, tenure and half-life are counted; the last day in the file when not given",
        flag="--reference-date",
        shown="YYYY-MM-DD",
        group="Source",
    )
    survey_map: Annotated[dict[str, str], Renames] = _field(
        {},
        "THEIRS=OURS, columns that a later survey file calls otherwise than the first one; or a file of such pairs",
        flag="--survey-map",
        group="Source",
    )
    reverse: tuple[str, ...] = _field(
        (),
        "Question of a survey that is asked the other way round: its scale is turned",
        flag="--reverse",
        group="Source",
    )
    where: str | None = _field(
        None, "Keep customers that meet this SQL condition", flag="--where", shown="CONDITION", group="Source"
    )
    delimiter: Annotated[str | None, BeforeValidator(mark)] = _field(
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
    k: Annotated[
        Literal["auto"] | int | tuple[int, int],
        BeforeValidator(ks, json_schema_input_type=int | str | tuple[int, int]),
    ] = _field(
        "auto",
        "Number of segments: auto, a number, or a range to choose from such as 2..12",
        flag="-k",
        shown="auto|N|A..B",
        group="Segments",
    )
    prefer: Annotated[tuple[int, int], BeforeValidator(span, json_schema_input_type=str | tuple[int, int])] = _field(
        (3, 8),
        "Range of k that is useful to act on",
        flag="--prefer",
        shown="A..B",
        group="Segments",
        source="convention",
    )
    levels: Annotated[
        tuple[int, int] | None, BeforeValidator(pair, json_schema_input_type=str | tuple[int, int] | None)
    ] = _field(
        None,
        "Two numbers of segments, such as 3,8: few for the board, more for campaigns, each of which lies in one of "
        "the few",
        flag="--levels",
        shown="A,B",
        group="Segments",
        source="Ward (1963)",
    )
    method: Literal["auto", "kmeans", "mixture", "latent", "ward", "density"] = _field(
        "auto", "How segments are found", flag="--method", group="Segments"
    )
    min_share: Share = _field(
        None,
        "Least a segment may be of everybody, such as 5% or 0.05",
        flag="--min-share",
        shown="SHARE",
        group="Segments",
        source="Bradley, Bennett & Demiriz (2000)",
    )
    max_share: Share = _field(
        None, "Most a segment may be of everybody", flag="--max-share", shown="SHARE", group="Segments"
    )
    min_size: Size = _field(
        None, "Least customers of a segment", flag="--min-size", shown="N", unit="customers", group="Segments"
    )
    max_size: Size = _field(
        None, "Most customers of a segment", flag="--max-size", shown="N", unit="customers", group="Segments"
    )
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

    @model_validator(mode="before")
    @classmethod
    def _levels_say_k(cls, given: Any) -> Any:
        """See `with_levels`."""
        return with_levels(given)

    @model_validator(mode="after")
    def _words_fit(self) -> Settings:
        """Say what of `role` can be said of no column, all at once; and that only k-means has bounds."""
        found = {key: misfit(key, word, self.stems) for key, word in self.role.items()}
        problems = [f"{key}={self.role[key]}: {why}" for key, why in found.items() if why]
        if problems:
            raise ValueError("; ".join(problems))
        without_rival(self.bounded, self.method, self.levels)
        return self

    @property
    def bounded(self) -> tuple[str, ...]:
        """The flags that were given of how small and how large a segment may be."""
        return tuple(f"--{one.replace('_', '-')}" for one in BOUNDS if getattr(self, one) is not None)

    @property
    def stems(self) -> dict[str, str]:
        """Stem -> kind, of every file that was named; a frame is called what it is."""
        named = {stem_of(path, kind): kind for kind in PARTS for path in getattr(self, kind)}
        return {**{kind: kind for kind in PARTS}, **named}

    @property
    def roles(self) -> dict[str, Role]:
        """What was said of columns of customers; what was said of files of events is left to who reads them."""
        return {key: word for key, word in self.role.items() if word in ROLES}  # type: ignore[misc]

    def parts_of(self, source: Any, kind: str, columns: Iterable[str]) -> dict[str, Role | Part]:
        """What was said of the columns of one file of events or answers: column -> word.

        Args:
            source: Its path, or a frame.
            kind: "activity", "survey" or "orders".
            columns: The columns it has.

        Raises:
            MissingColumns: If something was said of a column that it does not have.
        """
        stem, columns = stem_of(source, kind), list(columns)
        told = {k.removeprefix(f"{stem}."): w for k, w in self.role.items() if stem_in(k, self.stems) == stem}
        made = stem in PARTS  # what is made of `orders` is called orders.recency: that is said of it later
        missing = [column for column, word in told.items() if column not in columns and not (made and word in ROLES)]
        if missing:
            raise MissingColumns.listing(missing, columns, otherwise=NAME_ONE)
        return {column: word for column, word in told.items() if column in columns}

    def of_columns(self, columns: Iterable[str]) -> Settings:
        """The settings with what was said of the columns of one table; words for files of events did their work."""
        names, stems = set(columns), self.stems
        told = {key: word for key, word in self.role.items() if key in names or stem_in(key, stems) is None}
        return self.model_copy(update={"role": told})

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
            raise BadSetting(in_words(error), do="see `ilk segment --help` for what each setting takes") from None


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
    settings = {} if path is None else read_toml(path)
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
