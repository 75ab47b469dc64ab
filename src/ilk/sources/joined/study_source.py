"""Open everything a study is made of: the customers, their activity, surveys and orders, put side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ilk.accepted import stem_of
from ilk.errors import BadInput, BadSetting, MissingColumns
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.activity.read import read_activity
from ilk.sources.evidence import BLOCKS, Block, Evidence
from ilk.sources.joined.brought import Brought
from ilk.sources.joined.join import Joined, Named, join
from ilk.sources.open import files_of, open_source
from ilk.sources.orders.read import read_orders
from ilk.sources.source import Kind, Source
from ilk.sources.survey.read import read_survey
from ilk.sources.texts.columns import with_topics
from ilk.sources.texts.topics import TextColumn

CALLED: Mapping[Block, str] = {
    "customers": "the customers",
    "activity": "the activity",
    "survey": "the survey",
    "orders": "the orders",
}
"""What a frame is called in messages."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Paths or frames; the files of a survey are one questionnaire, the others are a source each."""

    customers: Any = None
    activity: tuple[Any, ...] = ()
    survey: tuple[Any, ...] = ()
    orders: tuple[Any, ...] = ()

    @classmethod
    def of(cls, customers: Any, settings: Settings, given: Mapping[str, Any] = MappingProxyType({})) -> Sources:
        """Take the files the settings name, unless others are `given` under the name of their kind.

        Raises:
            BadInput: If there is nothing at all.
        """
        found = {kind: _several(given.get(kind)) or getattr(settings, kind) for kind in BLOCKS[1:]}
        if customers is None and not any(found.values()):
            raise BadInput(
                "No customer file was named",
                do="ilk segment customers.csv, or name a log with --activity or --orders, or answers with --survey; "
                "`ilk demo` shows it on a made-up world",
            )
        return cls(customers, **found)

    @property
    def others(self) -> tuple[tuple[Block, Any], ...]:
        """(kind, path or frame) of all but the customers; the files of a survey together."""
        found: list[tuple[Block, Any]] = [("activity", one) for one in self.activity]
        found += [("survey", self.survey)] if self.survey else []
        return (*found, *(("orders", one) for one in self.orders))

    @property
    def everything(self) -> tuple[Any, ...]:
        """Each path and frame."""
        own = () if self.customers is None else (self.customers,)
        return (*own, *self.activity, *self.survey, *self.orders)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are read, as far as can be told without opening them."""
        return tuple(path for one in self.everything for path in files_of(one))

    def places(self, joined: Joined) -> tuple[tuple[Path | None, Mapping[str, str]], ...]:
        """Where each source comes from, and own name -> name in the table of its columns."""
        made = {name for one in joined.brought for _, name in one.columns}
        made |= {name for one in joined.texts for name in one.names}
        own = {name: name for name in joined.source.schema.names if name not in made}
        others = zip((one[0] if isinstance(one, tuple) else one for _, one in self.others), joined.brought, strict=True)
        topics = {name: name for one in joined.texts for name in one.names}
        return (
            (_place(self.customers), own),
            (None, topics),
            *((_place(one), dict(brought.columns)) for one, brought in others),
        )

    @property
    def first(self) -> Any:
        """What names the study: the customers, else the first of the others."""
        return self.everything[0]


@dataclass(frozen=True, slots=True)
class Known:
    """What a model knows of its sources.

    Args:
        brought: How it made its columns; these become the same.
        texts: How it made topics of columns of texts.
        kinds: How the customers' own columns are read.
        id_column: Their id, if that column is there.
    """

    brought: tuple[Brought, ...] = ()
    texts: tuple[TextColumn, ...] = ()
    kinds: Mapping[str, Kind] | None = None
    id_column: str | None = None


def open_study_source(
    sources: Sources, settings: Settings, known: Known | None = None, *, progress: Progress | None = None
) -> Joined:
    """Open all sources, and put them side by side on the customers' id.

    Args:
        sources: What there is.
        settings: Of the study; `where`, `query` and, where there are customers, `delimiter` are about these.
        known: What a model wants, when customers are to be assigned.
        progress: Told of each stage, asked whether to stop.

    Raises:
        IlkError: If a source cannot be used, or nothing in it belongs to the customers.
    """
    progress = progress or Progress()
    _refuse_untold(sources, settings)
    planned, absent = _planned(sources, known)
    with ExitStack() as opened:
        customers = None
        if sources.customers is not None:
            customers = _customers(sources.customers, settings, known or Known(), progress)
            opened.callback(customers.close)
        if customers is not None and not planned:
            joined = Joined(customers, absent=absent)
            joined = with_topics(joined, settings, known.texts if known else None, progress)
            opened.pop_all()
            return joined
        alone = settings if customers is None else settings.model_copy(update={"delimiter": None})
        read = [each.read(alone, progress) for each in planned]
        with progress.stage("Putting the sources side by side"):
            joined = replace(join(customers, read, settings, progress), absent=absent)
        return with_topics(joined, settings, known.texts if known else None, progress)


def _customers(source: Any, settings: Settings, known: Known, progress: Progress) -> Source:
    """The table of customers, by the id a model knows, if that is there."""
    if settings.id is None and known.id_column is not None:
        try:
            by_id = settings.model_copy(update={"id": known.id_column})
            return open_source(source, by_id, expect=known.kinds, progress=progress)
        except MissingColumns:
            pass
    return open_source(source, settings, expect=known.kinds, progress=progress)


def _refuse_untold(sources: Sources, settings: Settings) -> None:
    if sources.customers is None and (settings.where or settings.query):
        raise BadSetting(
            "--where and --query are about a table of customers, and there is none",
            do="leave them out, or name that table too",
        )


@dataclass(frozen=True, slots=True)
class _Planned:
    """A source and how it is to be read: what its columns begin with, and how a model read it."""

    kind: Block
    source: Any
    prefix: str
    plan: Brought | None

    def read(self, settings: Settings, progress: Progress) -> Named:
        evidence = _evidence(self.kind, self.source, settings, self.plan.plan if self.plan else None, progress)
        columns = dict(self.plan.columns) if self.plan else None
        return Named(evidence, shown_name(self.source, self.kind), self.prefix, columns)


def _planned(sources: Sources, known: Known | None) -> tuple[list[_Planned], tuple[Brought, ...]]:
    """How each source is to be read, and what a model knows and nobody brought."""
    kinds = Counter(kind for kind, _ in sources.others)
    left, found = list(known.brought if known else ()), []
    for kind, one in sources.others:
        stem = kind if kind == "survey" else stem_of(one, kind)
        plan = _plan_of(kind, stem, left) if known else None
        found.append(_Planned(kind, one, kind if kinds[kind] == 1 else stem, plan))
    return found, tuple(left)


def _plan_of(kind: Block, stem: str, left: list[Brought]) -> Brought:
    """The plan of the source that is called so, else the first of its kind; each is used once."""
    fit = [plan for plan in left if plan.block == kind]
    if not fit:
        raise BadInput(
            f"The model was made without {CALLED[kind]}, or with fewer files of that kind",
            do=f"leave out what is more of --{kind}; `ilk show` says what the model was made from",
        )
    found = next((plan for plan in fit if stem_of(plan.name, kind) == stem), fit[0])
    left.remove(found)
    return found


def _evidence(kind: Block, source: Any, settings: Settings, plan: Any, progress: Progress) -> Evidence[Any]:
    if kind == "orders":
        return read_orders(source, settings, plan, progress)
    if kind == "activity":
        return read_activity(source, settings, plan, progress)
    return read_survey(source, settings, plan, progress)


def named_files(given: Mapping[str, Any]) -> dict[str, Any]:
    """What of this is files, which settings can name; frames are handed on as they are."""
    several = {kind: _several(one) for kind, one in given.items()}
    return {k: paths for k, paths in several.items() if paths and all(isinstance(path, (str, Path)) for path in paths)}


def _place(source: Any) -> Path | None:
    return Path(source) if isinstance(source, (str, Path)) else None


def shown_name(source: Any, kind: Block) -> str:
    """What a source is called in messages: its file, never the folder."""
    if isinstance(source, tuple):
        return " and ".join(dict.fromkeys(shown_name(one, kind) for one in source))
    return Path(str(source).removeprefix("glob:")).name if isinstance(source, (str, Path)) else CALLED[kind]


def _several(given: Any) -> tuple[Any, ...]:
    if given is None:
        return ()
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)
