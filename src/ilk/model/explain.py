"""One customer: which segment, why, how sure, and how far from the others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ilk.model.certainty import TOO_LITTLE, Helpful, most_helpful_column
from ilk.model.conditions import who_meets
from ilk.model.customer import Customer, one_customer, read_customer, read_value
from ilk.model.how_far import Elsewhere, how_far, known_to_change
from ilk.model.model import Model
from ilk.model.score import UNLIKE_ANYONE, score, share_within
from ilk.model.scorers import Scoring, distances, nearest_segments
from ilk.model.shown import explanation_text
from ilk.model.why import Reason, average_notes, identity_notes, reasons_of, rule_of
from ilk.sources.source import Note

N_ALIKE = 3
"""Reference points shown as most alike."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A group of customers much like this one: how many, in which segment, how far away."""

    customers: int
    segment: int
    distance: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """One customer explained.

    Args:
        segment: Number of its segment; 0 for somebody who was set aside, of whom nothing else is known, or who is
            unlike anyone.
        uid: Of the segment.
        name: Of its persona.
        sentence: What the persona is like.
        certainty: Share of votes for the segment, in 0..1; None where nothing can be asked.
        runner_up: Number of the next segment; None where there is one only.
        runner_up_name: Its persona's name.
        distance: To the segment's centre, sqrt(d^2 * W / W_observed).
        distance_limit: How far the segment's customers go, all but the farthest few.
        within: The share of the study's customers that are within the limits of their segments.
        outlier: Whether what was answered alone puts this one beyond it.
        margin: 1 - d1 / d2.
        difference: d2^2 - d1^2, the sum of all reasons' points.
        reasons: Why this segment and not the runner-up, strongest first.
        elsewhere: How far from each other segment, nearest first.
        may_change: Columns known of the customer that might change when that was asked; all others were held fixed.
        alike: Groups of at least 10 customers most like this one.
        rule: The rule of the tree that applies, and the segment it stands for; None where none is known to apply,
            because what it asks for was left blank.
        rule_segment: That segment's number.
        blank: Building columns that are not known.
        helpful: The blank column that would raise the certainty most.
        notes: What was odd.
    """

    segment: int
    uid: str
    name: str
    sentence: str
    certainty: float | None = None
    runner_up: int | None = None
    runner_up_name: str = ""
    distance: float | None = None
    distance_limit: float | None = None
    within: float | None = None
    outlier: bool = False
    margin: float | None = None
    difference: float | None = None
    reasons: tuple[Reason, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    may_change: tuple[str, ...] = ()
    alike: tuple[Alike, ...] = ()
    rule: str | None = None
    rule_segment: int | None = None
    blank: tuple[str, ...] = ()
    helpful: Helpful | None = None
    notes: tuple[Note, ...] = ()

    @property
    def too_little(self) -> bool:
        """Whether there is too little to tell."""
        return self.certainty is not None and self.certainty < TOO_LITTLE

    def as_json(self) -> dict[str, Any]:
        """Plain numbers, texts and lists, for programs."""
        return asdict(self) | {"too_little": self.too_little}

    def __str__(self) -> str:
        return explanation_text(self)

    __repr__ = __str__


def explain(model: Model, customer: Mapping[str, Any], *, changeable: Iterable[str] | None = None) -> Explanation:
    """Explain one customer.

    Args:
        model: Any model.
        customer: Column -> value, in the columns' own units; what is left out is blank.
        changeable: Columns that may change when "how far" is asked; amounts, counts, shares and numbers if None.

    Raises:
        BadInput: If values do not fit their columns, all of them at once; if nothing the model knows was given.
    """
    customer = one_customer(customer)
    changeable = None if changeable is None else tuple(changeable)
    aside = _aside(model, customer)
    if aside is not None:
        return aside
    read = read_customer(model, customer)
    scoring, row = model.scoring, read.features[np.newaxis]
    found = score(scoring, row, read.hashed)
    label, next_label = int(found.label[0]), int(found.runner_up[0])
    if label < 0:
        return _unlike(model, read, float(found.distance[0]))
    segment = model.segments[label]
    runner_up = model.segments[next_label] if next_label >= 0 else None
    reasons = reasons_of(model, read, label, next_label) if runner_up is not None else ()
    certainty = _known(found.certainty[0])
    applies = rule_of(model, read)
    return Explanation(
        segment=segment.number,
        uid=segment.uid,
        name=segment.persona.name,
        sentence=segment.persona.sentence,
        certainty=certainty,
        runner_up=runner_up.number if runner_up else None,
        runner_up_name=runner_up.persona.name if runner_up else "",
        distance=float(found.distance[0]),
        distance_limit=segment.distance_limit,
        within=share_within(model.content.provenance.n_assigned, model.min_group),
        outlier=bool(found.outlier[0]),
        margin=_known(found.margin[0]),
        difference=math.fsum(reason.points for reason in reasons) if reasons else None,
        reasons=reasons,
        elsewhere=how_far(model, read, label, changeable=changeable),
        may_change=known_to_change(model, read, changeable),
        alike=_alike(scoring, read) if model.content.reference is not None else (),
        rule=applies[0].text if applies else None,
        rule_segment=applies[1].number if applies else None,
        blank=read.blank,
        helpful=most_helpful_column(scoring, read.features),
        notes=(
            *read.notes,
            *identity_notes(model, read),
            *(average_notes(model, read, reasons, (segment, runner_up)) if runner_up is not None else ()),
        ),
    )


def _aside(model: Model, values: Mapping[str, Any]) -> Explanation | None:
    """The first rule this customer meets, if any; asked first, because then nothing else need be known."""
    for aside in model.view.asides:
        if aside.test.column not in values:
            continue
        try:
            column = read_value(model, aside.test.column, values[aside.test.column])
        except ValueError:
            continue
        if who_meets(aside.test, pa.RecordBatch.from_arrays([column], names=[aside.test.column]))[0]:
            note = Note("set-aside", f"Set aside, because {aside.test}.")
            return Explanation(0, "", aside.name, "", notes=(note,))
    return None


def _unlike(model: Model, customer: Customer, distance: float) -> Explanation:
    """Somebody who is farther from every segment than their customers are."""
    return Explanation(
        segment=0,
        uid="",
        name=UNLIKE_ANYONE,
        sentence="Farther from every segment than the customers of the study who are in one.",
        distance=distance,
        outlier=True,
        alike=_alike(model.scoring, customer) if model.content.reference is not None else (),
        blank=customer.blank,
        notes=customer.notes,
    )


def _alike(scoring: Scoring, customer: Customer) -> tuple[Alike, ...]:
    """The nearest reference points over the answered features."""
    answered = ~np.isnan(customer.features)
    points = np.where(answered, scoring.donors, np.nan).astype(np.float32)
    apart = np.where(answered, scoring.donors - customer.features, 0.0)
    squared = np.einsum("ij,ij->i", apart, apart)
    nearest = np.argsort(squared, kind="stable")[:N_ALIKE]
    labels = nearest_segments(scoring, scoring.donors[nearest].astype(np.float32)).label
    scaled = distances(scoring, points[nearest], squared[nearest])
    numbers = np.append(scoring.numbers, 0)
    return tuple(
        Alike(int(scoring.donor_customers[i]), int(numbers[label]), float(distance))
        for i, label, distance in zip(nearest, labels, scaled, strict=True)
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
