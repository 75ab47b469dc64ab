"""Methods and sources: how each figure was made, by whom it was thought of, and how to make it again."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from ilk.model.how_found import how_found
from ilk.outputs.reading import Reading
from ilk.outputs.sections.board import why_method
from ilk.outputs.sections.table import Table, line
from ilk.outputs.wording import clean, made_on, whole
from ilk.settings import Settings


@dataclass(frozen=True, slots=True)
class Method:
    """One method in plain words, and its source."""

    name: str
    text: str
    source: str


BY_WIDTH = "silhouette over the best silhouette"
BY_BIC = "how far the BIC gets from that of one group to the best (Schwarz 1978)"
"""What votes beside strength and stability."""

WEIGHTS = Method(
    "Weights",
    "Each customer counts as often as their weight says, against the mean: where segments are, their shares, means, "
    "sums, medians and shares of answers. Samples are drawn with equal chances and bring their weights along. Sizes, "
    "agreement, silhouettes, descriptors' strength and rules count each customer once.",
    "Kish (1965), Survey Sampling",
)
"""Told where customers count unequally."""

METHODS = (
    Method(
        "Columns to features",
        "Amounts are put on a log scale in units of their own median, so that currencies do not matter; then every "
        "column is set to mean 0 and deviation 1. A category weighs as much as one number. Features are rounded to "
        "1/65,536, so that sums are exact on every machine.",
        "",
    ),
    Method(
        "Missing answers",
        "A blank adds nothing to a distance and nothing to a segment's centre; nothing is filled in.",
        "Chi, Chi and Baraniuk (2016), The American Statistician 70(1)",
    ),
    Method(
        "Segments",
        "{how} Segments are numbered by size.",
        "{source}",
    ),
    Method(
        "Stability",
        "Pairs of samples of {m} customers, drawn with replacement, are segmented from scratch; agreement of the "
        "two on the same customers is the adjusted Rand index (0 is chance, 1 the same).",
        "Dolnicar and Leisch (2010), Marketing Letters 21(1)",
    ),
    Method(
        "Shapeless data",
        "Twenty tables with the same columns and the same rank correlations but no groups (Gaussian copula). Only "
        "stability above the 95th percentile of theirs speaks for real groups.",
        "",
    ),
    Method(
        "Prediction strength",
        "Half of the customers predict which of the other half belong together; the worst segment counts, mean of ten.",
        "Tibshirani and Walther (2005), Journal of Computational and Graphical Statistics 14(3)",
    ),
    Method(
        "Silhouette, gap, other indices",
        "Silhouette on the evidence sample; gap against twenty evenly scattered tables; Calinski-Harabasz and "
        "Davies-Bouldin as usual.",
        "Rousseeuw (1987); Tibshirani, Walther and Hastie (2001); Calinski and Harabasz (1974); "
        "Davies and Bouldin (1979)",
    ),
    Method(
        "Choice of the number",
        "Score: mean of {shape}, prediction strength and median stability. The largest "
        "number within 5 % of the best is taken, of those stable and large enough to work with (rule of thumb).",
        "",
    ),
    Method(
        "Verdict",
        "Natural: stable (0.80), more than shapeless data, and a valley between segments. Reproducible: the first "
        "two. Constructed: the rest; usable, but the business draws the line (rules of thumb).",
        "",
    ),
    Method(
        "Trust of a segment",
        "Mean best overlap (Jaccard) of a segment over the pairs of samples: 0.75 reliable, 0.60 a pattern. "
        "Reliable also needs a dip between it and its main neighbour: density at most 0.8 of the lower peak.",
        "Dolnicar and Leisch (2017), Journal of Business Research 82; Hennig (2007), CSDA 52(1)",
    ),
    Method(
        "Markers and index",
        "A column sets a segment apart when its mean differs from everyone's by half a standard deviation, for 0/1 "
        "and rating scales by a quarter of the scale. Index: 100 times the segment's mean over everyone's. "
        "Building columns are not tested for significance: segments were made to differ in them.",
        "Dolnicar, Grün and Leisch (2018), Market Segmentation Analysis",
    ),
    Method(
        "Privacy",
        "No figure, bar or extreme is shown about fewer than {min_group} customers.",
        "El Emam (2013), rule of thumb",
    ),
)
"""What was done; {m} is the size of the samples, {min_group} the fewest customers something is
said about, {how} and {source} tell of the method that found the segments."""


@dataclass(frozen=True, slots=True)
class Methods:
    """The chapter on methods."""

    methods: tuple[Method, ...]
    made: Table
    settings: Table | None


def methods(reading: Reading) -> Methods:
    """The chapter."""
    return Methods(_methods(reading), _made(reading), _settings(reading))


def _methods(reading: Reading) -> tuple[Method, ...]:
    how, source = how_found(clean(reading.content.provenance.method))
    figures = {"m": whole(reading.content.evidence.m), "min_group": whole(_min_group(reading)), "how": how}
    figures["shape"] = BY_BIC if any(c.bic_gain is not None for c in reading.content.evidence.candidates) else BY_WIDTH
    weights = (WEIGHTS,) if reading.model.weighted else ()
    return tuple(
        replace(method, text=method.text.format(**figures), source=method.source.format(source=source))
        for method in (*METHODS[:3], *weights, *METHODS[3:])
    )


def _min_group(reading: Reading) -> int:
    told = _told(reading).get("min_group")
    return told if isinstance(told, int) else Settings().min_group


def _made(reading: Reading) -> Table:
    p = reading.content.provenance
    lines = (
        line("Made on", made_on(p.created)),
        line("With", f"ilk {clean(p.ilk_version)}, method {clean(p.method)}, seed {p.seed}"),
        *([line("Why this method", why)] if (why := why_method(reading)) else []),
        line("Fingerprint of the data", clean(p.fingerprint)),
    )
    return Table("How to make it again", ("", ""), lines, "made")


def _settings(reading: Reading) -> Table | None:
    usual = json.loads(Settings().model_dump_json())
    told = {name: value for name, value in _told(reading).items() if value != usual.get(name)}
    lines = tuple(
        line(name.replace("_", " "), clean(json.dumps(value, ensure_ascii=False))) for name, value in told.items()
    )
    return Table("Settings that were changed", ("Setting", "Value"), lines, "made") if lines else None


def _told(reading: Reading) -> dict[str, object]:
    try:
        found = json.loads(reading.content.provenance.settings)
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
