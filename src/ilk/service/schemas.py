"""What the service answers, as schemas: they describe, and tests hold the answers to them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Field(ge=0, le=1)
OfBoard = Field(
    default=None,
    description="The one of the few segments for the board it lies in; null where it was merged from parts of several",
)
"""Only told by a model with two levels."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Assigned(_Closed):
    """A customer with a segment; 0 stands for one who was set aside, of whom nothing else is known."""

    id: str | int | None
    segment: int = Field(ge=0)
    persona: str
    certainty: float | None = Share
    distance: float | None
    margin: float | None
    runner_up: int | None
    outlier: bool | None
    missing: int = Field(ge=0, description="Building columns left blank, or with a value the model cannot use")
    board_segment: int | None = OfBoard
    board_persona: str | None = OfBoard


class NotAssigned(_Closed):
    """A customer who cannot be assigned keeps the place, with the reason."""

    id: str | int | None
    segment: None
    reason: str


class NoteTold(_Closed):
    """Something odd."""

    code: str
    text: str


class Assignments(_Closed):
    """One answer for each customer, in their order."""

    assignments: list[Assigned | NotAssigned]
    notes: list[NoteTold] = []


class ReasonTold(_Closed):
    """What one column says for the segment and against the runner-up; all points add up to `difference`."""

    column: str
    words: str
    here: str
    there: str
    points: float


class ChangeTold(_Closed):
    """One column on the way to another segment."""

    column: str
    words: str
    before: float
    after: float


class ElsewhereTold(BaseModel):
    """How far another segment is."""

    segment: int
    name: str


class AlikeTold(_Closed):
    """A group of customers much like this one."""

    customers: int
    segment: int
    distance: float


class HelpfulTold(_Closed):
    """The blank column that would help most."""

    column: str
    certainty: float


class Explained(BaseModel):
    """One customer explained."""

    segment: int
    uid: str
    name: str
    sentence: str
    certainty: float | None
    runner_up: int | None
    runner_up_name: str
    distance: float | None
    distance_limit: float | None
    within: float | None = Field(description="Share of the study's customers within the limits of their segments")
    outlier: bool
    margin: float | None
    difference: float | None
    reasons: list[ReasonTold]
    elsewhere: list[ElsewhereTold]
    may_change: list[str] = Field(description="Columns that might change on the way there; all others were held fixed")
    alike: list[AlikeTold]
    rule: str | None
    rule_segment: int | None
    blank: list[str]
    helpful: HelpfulTold | None
    notes: list[NoteTold]
    too_little: bool


class SegmentTold(BaseModel):
    """A segment: what it is like, how large it is, how far it can be trusted."""

    segment: int
    uid: str
    name: str
    sentence: str
    size: int | None = Field(description="Null where it is too small to be told")
    share: float | None = Share
    trust: str | None
    board_segment: int | None = OfBoard
    board_persona: str | None = OfBoard


class Segments(_Closed):
    """All segments, by number."""

    segments: list[SegmentTold]


class ColumnHere(_Closed):
    """One column in one segment; null where too few answered."""

    column: str
    words: str
    mean: float | None
    median: float | None
    low: float | None
    high: float | None
    everyone: float | None = Field(description="Mean of all customers")


class SegmentWhole(SegmentTold):
    """A segment with its figures."""

    columns: list[ColumnHere]


class ColumnRead(_Closed):
    """A column the model reads."""

    column: str
    words: str
    unit: str
    kind: Literal["number", "flag", "text", "date"]
    choices: list[str] | None = Field(description="Texts that stand for a kind or a step; rare ones are not told")
    low: float | None = Field(description="Lowest step of a scale; null where there is none, or it may not be told")
    high: float | None = Field(description="Highest step of a scale")


class ModelTold(_Closed):
    """The model in use."""

    model: str = Field(description="Another model, another tag")
    since: str = Field(description="When it was opened, UTC")
    ilk_version: str
    created: str
    segments: int
    verdict: str | None
    verdict_text: str | None
    id: str | None = Field(description="Column that identifies a customer")
    columns: list[ColumnRead]
    set_aside: list[str] = Field(description="Who is set aside as segment 0")


class Status(_Closed):
    """Whether the service is there."""

    status: Literal["ok"]


class FaultTold(_Closed):
    """One fault of a body."""

    pointer: str
    detail: str


class ProblemTold(_Closed):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FaultTold] = []
