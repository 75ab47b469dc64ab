"""Frozen data that rooms hand each other and the .ilk file keeps: no behaviour beyond small look-ups.

Everything here is plain tuples, numbers and texts, so that a model is one JSON document, two models can be compared
with ==, and no part can name code. Matrices are tuples of rows; `np.asarray` of them where computing is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ilk.cluster.answers import Answer
from ilk.features.plans import BlockShare, ColumnPlan, Gap, Identity, Recipe, Theme
from ilk.model.evidence import Comparison, Evidence
from ilk.model.topics import TopicShare
from ilk.sources.joined.brought import Brought
from ilk.sources.source import ColumnFacts, Intake, Note
from ilk.sources.texts.topics import TextColumn

Row = tuple[float, ...]
Grid = tuple[Row, ...]
TrustWord = Literal["reliable", "a pattern", "do not rely on it"]
Direction = Literal["high", "low"]


# ---------------------------------------------------------------- segments and personas


@dataclass(frozen=True, slots=True)
class Profile:
    """One column in one group of customers, in the column's own units; None where fewer than `min_group` answered.

    `bins` counts customers between consecutive edges of the column's histogram (None = suppressed), the outermost also
    those beyond; `n_zero` is apart from the bins of amounts, counts and shares, and None where zeros are in a bin; who
    has an interest is rounded to a multiple of min_group where it would tell of too few.
    `levels` counts customers per level of the column's `levels`. In a segment `n_missing` is rounded to a multiple of
    min_group, and `n` is the rest of the segment.
    `d` is the mean on the feature scale minus everyone's, in standard deviations.
    """

    column: str
    n: int
    n_missing: int
    mean: float | None = None
    deviation: float | None = None
    median: float | None = None
    low: float | None = None
    high: float | None = None
    n_zero: int | None = None
    d: float | None = None
    total: float | None = None
    bins: tuple[int | None, ...] = ()
    levels: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """A column as everyone has it: the ground every segment is compared with. `edges` are the histogram's."""

    plan: ColumnPlan
    facts: ColumnFacts
    everyone: Profile
    edges: Row = ()
    levels: tuple[str, ...] = ()
    feature_deviation: float | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """A building column in which a segment differs from everyone.

    `index` = 100 * mean / everyone's mean, where that is positive. `level` is the level meant, for a category.
    """

    column: str
    theme: int
    direction: Direction
    d: float
    index: float | None
    text: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A describing column that differs between segments: effect size first, Holm-adjusted p below 5,000 customers."""

    column: str
    effect: float
    effect_name: Literal["eta squared", "Cramer's V"]
    p: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One step of a rule in the column's own units: number <= or > `value`, category `is` / `is not` among `levels`.

    `missing` says that a customer who left the column blank meets the condition too.
    """

    column: str
    operator: Literal["<=", ">", "is", "is not"]
    value: float = 0.0
    levels: tuple[str, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One path through the tree, in the customer's own units. `conditions` say the same as `text`, for programs."""

    text: str
    precision: float
    recall: float
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Persona:
    """What a segment is like, in words.

    `facts` are (key, number) pairs from which every number in the sentence is made.
    """

    name: str
    sentence: str
    markers: tuple[Marker, ...] = ()
    rules: tuple[Rule, ...] = ()
    descriptors: tuple[str, ...] = ()
    facts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """How often a segment is found again: mean best Jaccard over bootstrap pairs (SLSw).

    `valley` = density between it and its main neighbour over the lower peak: 0 is a clear gap, about 1 is none.
    """

    slsw: float
    word: TrustWord
    valley: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of customers, numbered from 1 by size.

    `size` below the study's min_group only says that there are fewer than that; `share` is made from it.
    `value_share` pairs each amount column with this segment's share of it.
    `distance_limit` is the 99.5 % quantile of the training distance sqrt(d^2 * W / W_observed); whoever is beyond it by
    what was answered alone, d, is unlike anyone (docs/decisions/025). `note` and `use` were written by hand.
    `topics` are those that lie behind learnt interests, the highest lift first.
    """

    number: int
    uid: str
    size: int
    share: float
    persona: Persona
    trust: Trust | None
    profiles: tuple[Profile, ...]
    value_share: tuple[tuple[str, float], ...] = ()
    nearest: int | None = None
    farthest: int | None = None
    distance_limit: float | None = None
    note: str = ""
    use: str = ""
    topics: tuple[TopicShare, ...] = ()

    def profile(self, column: str) -> Profile:
        """This segment's figures for one column."""
        return next(p for p in self.profiles if p.column == column)


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How well the rules tell the segments on held-out customers.

    confusion[i][j] = of segment i + 1 told as j + 1, rounded to a multiple of min_group; None for fewer than that.
    `recall` is rounded to per cents, None for a segment of too few.
    """

    accuracy: float
    kappa: float
    full_tree: float | None
    recall: tuple[float | None, ...]
    confusion: tuple[tuple[int | None, ...], ...]
    n_leaves: int
    n_held_out: int


# ---------------------------------------------------------------- scorers


@dataclass(frozen=True, slots=True)
class Centres:
    """k-means: squared distance to each centre over answered features, plus its offset where sizes are bounded."""

    centres: Grid
    offsets: Row = ()
    type: Literal["centres"] = "centres"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Squared distance to the nearest point of each segment over answered features.

    `points` (m, n_features) on the feature scale, NaN-free, means of the `customers` each stands for; `owner` the
    segment of each, 0-based. Beyond `limits`, one a segment, a customer is unlike anyone; `weights` are each feature's
    share of W there. Both empty where everybody is placed.
    """

    points: Grid
    owner: tuple[int, ...]
    customers: tuple[int, ...]
    limits: Row = ()
    weights: Row = ()
    type: Literal["neighbours"] = "neighbours"


@dataclass(frozen=True, slots=True)
class Owners:
    """A bootstrap solution of neighbours: the segment it gives each point of the scorer, -1 for none."""

    owner: tuple[int, ...]
    type: Literal["owners"] = "owners"


@dataclass(frozen=True, slots=True)
class Latent:
    """How likely the answers are in each class: -2 ln of shares and of probabilities, less the least.

    `costs` has a row a class and a number for every answer of every column in `answers`; `means` are mean features.
    """

    answers: tuple[Answer, ...]
    shares: Row
    costs: Grid
    means: Grid
    type: Literal["latent"] = "latent"


@dataclass(frozen=True, slots=True)
class Mixture:
    """How likely a customer is in each component: -ln of `shares`, `means`, and `covariances`, one grid a component.

    A grid of one row holds variances; one of n_features rows a full covariance.
    """

    shares: Row
    means: Grid
    covariances: tuple[Grid, ...]
    type: Literal["mixture"] = "mixture"


Scorer = Centres | Neighbours | Latent | Mixture
"""One of the ways to score a customer."""

Again = Grid | Owners | Latent | Mixture
"""A bootstrap solution: centres, what it says of the scorer's points, or a scorer of its own."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Everything about one k: any k tried can be looked at and adopted without data.

    `bootstraps` are up to 20 bootstrap solutions whose rows are matched to the segments here.
    `distances` are quantiles (0, 1, ..., 100 %) of the training distance to the own centre. `blocks` are there where
    columns of several sources build. `n_unlike` customers are unlike anyone; None for a method that places everybody.
    """

    k: int
    scorer: Scorer
    segments: tuple[Segment, ...]
    fidelity: Fidelity | None
    themes: tuple[Theme, ...]
    descriptors: tuple[Descriptor, ...] = ()
    bootstraps: tuple[Again, ...] = ()
    distances: Row = ()
    notes: tuple[Note, ...] = ()
    blocks: tuple[BlockShare, ...] = ()
    n_unlike: int | None = None


# ---------------------------------------------------------------- map, reference points, provenance


@dataclass(frozen=True, slots=True)
class Reference:
    """Means of micro-segments of at least 10 customers, and where they stand on the map.

    `points` (m, n_features) on the feature scale, NaN-free; `customers` how many each stands for; `xy` (m, 2).
    """

    points: Grid
    customers: tuple[int, ...]
    xy: Grid


@dataclass(frozen=True, slots=True)
class Map:
    """The two directions along which customers differ most: xy = (x - origin) @ axes.

    `words` name both ends of each axis.
    """

    origin: Row
    axes: Grid
    explained: Row
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the model came to be. `settings` is the JSON of Settings; `fingerprint` is the same for any order of rows.

    `has_table` says that there was a table of customers; else everybody is one who is in any of the other sources.
    """

    ilk_version: str
    created: str
    method: str
    seed: int
    settings: str
    fingerprint: str
    intake: Intake
    source: str
    n_customers: int
    n_assigned: int
    n_rejected: int
    id_column: str | None
    has_table: bool = True


@dataclass(frozen=True, slots=True)
class Edit:
    """One change made by hand, kept with its reason and date; the hashed content stays as it was.

    rename: uid, text = new name. note / use: uid, text. merge: uid and other become one, described by `segment`.
    aside: text = condition "COLUMN = value", name = what these are called. k: adopt number = k. undo: takes back the
    last change before it that still stands.
    """

    action: Literal["rename", "note", "use", "merge", "aside", "k", "undo"]
    reason: str
    date: str
    uid: str = ""
    other: str = ""
    text: str = ""
    name: str = ""
    number: int = 0
    segment: Segment | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """All of a model that is hashed: what it needs to assign, explain and look at every k, without any customer.

    `sources` are those that were put beside the table of customers, or became it; `texts` are columns of topics made of
    columns of texts.
    """

    recipe: Recipe
    columns: tuple[ColumnSummary, ...]
    k: int
    solutions: tuple[Solution, ...]
    evidence: Evidence
    reference: Reference | None
    map: Map
    correlation_columns: tuple[str, ...]
    correlation: Grid
    identities: tuple[Identity, ...]
    gaps: tuple[Gap, ...]
    comparison: Comparison | None
    warnings: tuple[Note, ...]
    provenance: Provenance
    value_column: str | None = None
    sources: tuple[Brought, ...] = ()
    texts: tuple[TextColumn, ...] = ()

    def column(self, name: str) -> ColumnSummary:
        """Everything about one column."""
        return next(c for c in self.columns if c.plan.column == name)

    def solution(self, k: int) -> Solution:
        """Everything about one k."""
        return next(s for s in self.solutions if s.k == k)
