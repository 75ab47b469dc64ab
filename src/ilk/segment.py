"""THE flow on one screen: open > recipe > choose k > fit > profile > deliver."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from ilk.choose.tried import ks_to_try
from ilk.crowd import engine_of, fit_every_k, refuse_too_few, understand
from ilk.deliver import assign_everyone, deliver
from ilk.engines.engine import Engine
from ilk.engines.workers import import_meanwhile, our_threads_alone
from ilk.errors import BadSetting
from ilk.features.labels import read_all_labels
from ilk.files import refuse_overwriting
from ilk.findings import describe, weigh
from ilk.methods import method_for, why_method
from ilk.outputs.charts.painter import painting
from ilk.outputs.folder import OUTPUTS, source_name, study_folder
from ilk.profile.names import Namer
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.joined.join import Joined
from ilk.sources.joined.study_source import Sources, named_files, open_study_source
from ilk.sources.not_there import refuse_absent
from ilk.study import Study

__all__ = ["Study", "segment"]


def segment(
    source: Any = None,
    *,
    activity: Any = None,
    survey: Any = None,
    orders: Any = None,
    settings: Settings | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    namer: Namer | None = None,
    force: bool = False,
    **options: Any,
) -> Study:
    """Find the kinds of customers in a table, and say how far they can be trusted.

    Args:
        source: A path (CSV, Parquet, JSON, Excel, "glob:...", "shop.duckdb#customers"), or a pandas, polars or
            Arrow table; one row a customer. None where one of the next three says who is a customer.
        activity: A log of what customers did, posted or liked, or a list of such: paths or tables.
        survey: A survey, one row a respondent, or a list of the files of one questionnaire.
        orders: Orders, or a list of such.
        settings: What to do differently; or give single settings by name, such as `k=5` or `descriptor=["region"]`.
        out: Folder to write the study into; nothing is written when not given.
        progress: Told of each stage; may stop the work.
        namer: Gives segments names of your own: called with each finished segment (size, persona with markers and
            sentence), returns a name of at most 40 characters, or None to keep ours, as does one that stands twice.
        force: Write into `out` even if it holds something else, or changes made by hand, which are then lost.
        options: Single settings, see `ilk.Settings`.

    Returns:
        The study: its model holds no customer, its tables do.

    Raises:
        IlkError: If the source or a setting cannot be used; it says what is wrong, what was got, and what to do.
    """
    others = {"activity": activity, "survey": survey, "orders": orders}
    settings, progress = _settings(settings, options, named_files(others)), progress or Progress()
    sources = Sources.of(source, settings, others)
    if out is not None:
        study_folder(sources.first, Path(out), force=force)
        refuse_overwriting(sources.files, (Path(out) / name for name in OUTPUTS))
    engine = engine_of(settings, progress)
    refuse_absent(sources.everything, settings.labels)
    with (
        our_threads_alone(),
        painting(wanted=out is not None),
        closing(open_study_source(sources, settings, progress=progress)) as data,
    ):
        study = _found(data, sources, settings, engine=engine, progress=progress, namer=namer)
        return study if out is None else deliver(study, data.source, Path(out), settings, progress)


def _found(
    data: Joined, sources: Sources, settings: Settings, *, engine: Engine, progress: Progress, namer: Namer | None
) -> Study:
    """The whole way from what was brought to a study, stage by stage."""
    refuse_too_few(data.source, settings)
    with progress.stage("Understanding the columns"):
        labels = read_all_labels(settings.labels, sources.places(data), also_there=[data.source.schema.names[0]])
        crowd = understand(data.source, settings, made=data.made, labels=labels, engine=engine)
    with progress.stage("Finding segments"):
        recipe, weighted = crowd.fitted.recipe, crowd.weighing is not None
        method = method_for(recipe, int(crowd.known.sum()), settings, weighted=weighted)
        fits = fit_every_k(crowd, method, ks_to_try(crowd.matrix[crowd.sample], settings.k), settings, progress)
    method = method.having(fits)
    with progress.stage("Asking again with other customers"):
        import_meanwhile("sklearn.tree")
        weighed = weigh(crowd, method, fits, settings, progress)
    with progress.stage("Telling what the segments are like"):
        how = {"method": method.name, "why_method": why_method(crowd, settings)}
        told: Any = {**how, "name": source_name(sources.first), "progress": progress, "namer": namer}
        model = describe(data, crowd, fits, weighed, settings, **told)
    with progress.stage("Assigning every customer"):
        return assign_everyone(model, data, settings, progress)


def _settings(settings: Settings | None, options: dict[str, Any], files: dict[str, Any]) -> Settings:
    if settings is not None and options:
        raise BadSetting("Settings were given twice", got=f"`settings` and {', '.join(options)}", do="give one of them")
    return Settings.of({**files, **options}) if settings is None else settings


class _Callable(ModuleType):
    """`ilk.segment(...)` works whether Python found the function or this module under that name first."""

    def __call__(self, source: Any = None, **given: Any) -> Study:
        return segment(source, **given)


sys.modules[__name__].__class__ = _Callable
