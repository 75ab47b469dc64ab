"""Why this many: stability against shapeless data, the vote, what each split gains, every index."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.choose.vote import NEARLY_BEST
from ilk.model.evidence import Candidate
from ilk.model.levels import asked_levels
from ilk.outputs.charts.evidence import index_by_k, stability_by_k, trust_strips
from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.flow import flow_across_k, gain
from ilk.outputs.reading import Reading
from ilk.outputs.sections.levels import TwoLevels, two_levels
from ilk.outputs.sections.table import Cell, Line, Table
from ilk.outputs.wording import NONE, figure, fixed, per_cent, share_of, whole

MISSING_SCORE = -1.0


@dataclass(frozen=True, slots=True)
class HowMany:
    """The chapter on the number of segments."""

    stability: Figure | None
    flow: Figure | None
    gains: tuple[tuple[str, str], ...]
    vote: Table | None
    trust: Figure | None
    folded: tuple[Figure, ...]
    figures: str
    indices: Table
    levels: TwoLevels | None


def how_many(reading: Reading) -> HowMany:
    """The chapter."""
    evidence = reading.content.evidence
    return HowMany(
        stability=stability_by_k(evidence, reading.k),
        flow=flow_across_k(reading.content, reading.k, reading.names, of_whom=reading.of_whom),
        gains=tuple((f"{f.k - 1} → {f.k}", gain(f, reading.names)) for f in evidence.flows if f.k >= 3),
        vote=vote(reading),
        trust=trust_strips(reading.segments),
        folded=_folded(reading),
        figures=reading.figures,
        indices=index_table(reading),
        levels=_levels(reading),
    )


def _levels(reading: Reading) -> TwoLevels | None:
    """How the two levels go together, where the study was asked for two."""
    asked = asked_levels(reading.content)
    return two_levels(reading, *asked) if asked is not None else None


@dataclass(frozen=True, slots=True)
class OneK:
    """A number of segments in a line: whether it is the one shown, and the personas it has."""

    k: int
    shown: bool
    personas: tuple[str, ...]


def names_by_k(reading: Reading) -> tuple[OneK, ...]:
    """The personas under each number of segments that can be looked at."""
    others = {s.k: tuple(reading.names[s.k, g.number] for g in s.segments) for s in reading.content.solutions}
    here = {reading.k: tuple(reading.by_number.values())}
    return tuple(OneK(k, k == reading.k, names) for k, names in (others | here).items())


def _folded(reading: Reading) -> tuple[Figure, ...]:
    evidence, k = reading.content.evidence, reading.k
    wanted = (
        ("elbow", lambda c: c.inertia, "The elbow bends slowly", "Spread left inside segments; lower is tighter"),
        (
            "silhouette",
            lambda c: c.silhouette,
            "Silhouette",
            "How much nearer customers are to their own segment; 1 is best",
        ),
        ("gap", lambda c: c.gap, "Gap", "Tighter than evenly scattered data by this much; higher is better"),
    )
    drawn = [index_by_k(evidence, k, name, read, (title, subtitle)) for name, read, title, subtitle in wanted]
    return tuple(figure for figure in drawn if figure is not None)


def vote(reading: Reading) -> Table | None:
    """A row a k: what each criterion says, its winner marked, those within 5 % of the best score shaded."""
    known = [c for c in reading.content.evidence.candidates if c.score is not None]
    if not known:
        return None
    best, by_bic = max(c.score or 0.0 for c in known), any(c.bic_gain is not None for c in known)
    tallest = _winners(known)
    lines = [_vote_line(c, reading, tallest, near=(c.score or 0.0) >= NEARLY_BEST * best) for c in known]
    heads = ("Segments", "Gain in BIC" if by_bic else "Silhouette", "Prediction strength", "Stability", "Score", "")
    return Table("The vote: mean of three criteria, each at most 1", heads, tuple(lines), "vote")


def _criteria(c: Candidate) -> tuple[float | None, ...]:
    shape = c.silhouette if c.bic_gain is None else c.bic_gain
    return (shape, c.prediction_strength, c.stability.median if c.stability else None, c.score)


def _winners(known: list[Candidate]) -> tuple[float, ...]:
    return tuple(max((_criteria(c)[i] or MISSING_SCORE) for c in known) for i in range(4))


def _vote_line(c: Candidate, reading: Reading, tallest: tuple[float, ...], *, near: bool) -> Line:
    cells = [
        Cell(fixed(value) + (" ●" if value == top else ""), "winner" if value == top else "")
        for value, top in zip(_criteria(c), tallest, strict=True)
    ]
    evidence = reading.content.evidence
    words = ["shown"] if c.k == reading.k else []
    words += ["plain evidence"] if c.k == evidence.neutral_k else []
    words += [] if c.valid or c.k == 1 else ["too small or not stable enough to work with"]
    head = Cell(str(c.k), "winner" if c.k == reading.k else "")
    return Line(head, (*cells, Cell("; ".join(words), "words")), "near" if near else "")


def index_table(reading: Reading) -> Table:
    """Every index for every k, none left out; BIC and entropy where there is a likelihood."""
    candidates = reading.content.evidence.candidates
    likely = any(c.bic is not None for c in candidates)
    heads = (
        "Segments",
        "Inertia",
        *(("BIC", "Entropy R²") if likely else ()),
        "Silhouette",
        "Simplified silhouette",
        "Calinski-Harabasz",
        "Davies-Bouldin",
        "Gap (± error)",
        "Prediction strength",
        "Stability, 5 % to 95 %",
        "Shapeless, upper end",
        "Valley",
        "Largest",
        "Smallest",
        "Score",
    )
    lines = [_index_line(c, reading, likely=likely) for c in candidates]
    return Table("All indices for every number of segments", heads, tuple(lines), "indices")


def _index_line(c: Candidate, reading: Reading, *, likely: bool) -> Line:
    gap = f"{fixed(c.gap, 3)} ± {fixed(c.gap_error, 3)}" if c.gap is not None else NONE
    s, n = c.stability, reading.content.provenance.n_assigned
    spread = f"{s.median:.2f}, {s.low:.2f} to {s.high:.2f}" if s else NONE
    cells = [
        figure(c.inertia) if c.inertia < 1000 else whole(c.inertia),
        *((whole(c.bic) if c.bic is not None else NONE, fixed(c.entropy)) if likely else ()),
        fixed(c.silhouette),
        fixed(c.simplified_silhouette),
        figure(c.calinski_harabasz),
        fixed(c.davies_bouldin),
        gap,
        fixed(c.prediction_strength),
        spread,
        fixed(c.null_high),
        fixed(c.valley),
        per_cent(c.largest_share),
        share_of(round(c.smallest_share * n), c.smallest_share, reading.least),
        fixed(c.score),
    ]
    return Line(Cell(str(c.k)), tuple(Cell(text) for text in cells), "near" if c.k == reading.k else "")
