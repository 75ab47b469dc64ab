"""Every chart says what it shows, draws at both widths, and stays silent where nothing may be shown."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ilk.model.evidence import Flow
from ilk.model.parts import ColumnSummary
from ilk.outputs.charts.axis import along, even, ticks
from ilk.outputs.charts.distribution import Spread, coarse, distribution, in_brief
from ilk.outputs.charts.evidence import stability_by_k, trust_strips
from ilk.outputs.charts.figure import PHONE
from ilk.outputs.charts.flow import flow_across_k, gain, shown_ks
from ilk.outputs.charts.map import LINE_STEP, ends_in_words, hull
from ilk.outputs.charts.markers import in_one_phrase, marker_bars
from ilk.outputs.charts.sizes import sizes_and_value
from ilk.outputs.differences import against_everyone, differences, strongest
from ilk.outputs.drawing import WIDEST, text_width
from ilk.outputs.pictures import figures_of
from ilk.outputs.reading import Reading, Unlike
from ilk.outputs.theme import EVERYONE, segment_colour


def texts(svg):
    return [node.text or "" for node in ET.fromstring(svg).iter() if node.tag.endswith("text")]


def test_every_chart_draws_at_both_widths(model):
    """All charts and cards of a study: valid, as wide as asked for, with title and alt text, names all different."""
    figures = list(figures_of(model))
    assert len({figure.name for figure in figures}) == len(figures)
    for figure in figures:
        assert figure.title
        assert figure.alt
        for width in {figure.width, min(figure.width, PHONE)}:
            across = float(re.search(r'width="([\d.]+)"', figure.draw(width))[1])
            assert across <= max(width, figure.width) + 8, figure.name
        assert ET.fromstring(figure.inline().partition("</svg>")[0] + "</svg>").get("aria-label") == figure.alt


def test_charts_are_altair_charts_too(model):
    """A chart drawn by Vega-Lite is valid as an Altair chart, and its tooltips are words."""
    altair = pytest.importorskip("altair")
    figure = sizes_and_value(model.segments, model.content.column("SPEND_TOTAL"), 10)
    assert isinstance(figure.altair(), altair.HConcatChart)
    assert isinstance(marker_bars(model.segments[0], model.content).altair(), altair.LayerChart)
    assert flow_across_k(model.content, model.k, Reading(model).names).altair() is None


def test_bars_are_as_long_as_their_shares(model):
    """The longest bar of the sizes chart belongs to the largest value, all lengths in proportion, from zero."""
    segments = model.segments
    svg = sizes_and_value(segments, None, 10).draw(720)
    bars = {}
    for colour, steps in ((segment_colour(s.number), s.share) for s in segments):
        path = re.search(rf'd="M0,[\d.]+h([\d.]+)[^"]*"[^>]*fill="{colour}"', svg)
        bars[steps] = float(path[1])
    lengths = [length / share for share, length in bars.items()]
    assert max(lengths) / min(lengths) == pytest.approx(1, rel=0.01)


def test_the_longest_bar_leaves_room_for_its_figure_in_any_font(model):
    """Pages are laid out with the widths of one font and read in another: the longest bar's label still ends inside."""
    svg = sizes_and_value(model.segments, None, 10).draw(720)
    across = float(re.search(r'width="([\d.]+)"', svg)[1])
    first = float(re.search(r'stroke-miterlimit="10" transform="translate\(([\d.]+)', svg)[1])
    labels = re.findall(r'translate\(([\d.]+),[\d.]+\)"[^>]*>([^<]+%)<', svg)
    assert len(labels) == len(model.segments)
    assert max(first + float(x) + WIDEST * text_width(said) for x, said in labels) <= across


def test_who_is_unlike_anyone_is_a_grey_bar_below(model):
    """As long as their share is; and what they are worth is what the segments leave."""
    value = model.content.column("SPEND_TOTAL")
    unlike = Unlike(400, 0.25, 0.125)
    figure = sizes_and_value(model.segments, value, 10, unlike)
    svg = figure.draw(720)
    lengths = [float(x) for x in re.findall(rf'd="M0,[\d.]+h([\d.]+)[^"]*"[^>]*fill="{EVERYONE}"', svg)]
    assert len(lengths) == 2
    assert lengths[0] / lengths[1] == pytest.approx(2, rel=0.01)
    assert "Unlike anyone" in svg
    assert "0 Unlike anyone: 400 customers (25 %), 12 % of" in figure.alt
    assert "under 10 customers" in sizes_and_value(model.segments, value, 10, Unlike(4, 0.001, None)).alt


def test_the_same_segment_has_the_same_colour(model):
    column = model.content.column("SPEND_TOTAL")
    for segment in model.segments:
        assert segment_colour(segment.number) in distribution(segment, column).draw(296)


def test_suppressed_bins_are_not_drawn(model):
    """Where a count is withheld there is no bar, and nothing is drawn of a column with no counts at all."""
    segment, column = model.segments[0], model.content.column("SPEND_TOTAL")
    spread = Spread.of(replace(segment.profile("SPEND_TOTAL"), bins=(None, 20, None)))
    assert spread.bins == (None, 20 / segment.profile("SPEND_TOTAL").n, None)
    assert spread.withheld
    assert spread.coarser().bins == (None,)
    hidden = replace(segment.profile("SPEND_TOTAL"), bins=(None, *segment.profile("SPEND_TOTAL").bins[1:]))
    partly = replace(segment, profiles=tuple(hidden if p.column == "SPEND_TOTAL" else p for p in segment.profiles))
    figure = distribution(partly, column)
    assert "told of fewer than ten; together they hold" in figure.subtitle
    assert "withheld" in figure.inline()
    bare = replace(segment.profile("SPEND_TOTAL"), bins=(), n_zero=None)
    silent = replace(segment, profiles=tuple(bare if p.column == "SPEND_TOTAL" else p for p in segment.profiles))
    assert distribution(silent, column) is None


def test_those_with_nothing_stand_apart(model):
    """A column most customers have none of gets a bar of its own for them, and says so in its title."""
    column = model.content.column("CASH_ADVANCE")
    segment = max(model.segments, key=lambda s: (s.profile("CASH_ADVANCE").n_zero or 0) / s.size)
    figure = distribution(segment, column)
    assert "have none" in figure.title
    assert "none" in texts(figure.draw(296))


def test_levels_are_bars(model):
    figure = distribution(model.segments[0], model.content.column("REGION"))
    assert {"North", "South", "East"} <= set(texts(figure.draw(296)))
    profile = replace(model.segments[0].profile("REGION"), levels=(None, 40, 60))
    hidden = tuple(profile if p.column == "REGION" else p for p in model.segments[0].profiles)
    unsaid = distribution(replace(model.segments[0], profiles=hidden), model.content.column("REGION"))
    assert "–" in texts(unsaid.draw(296))
    assert "0 %" not in texts(unsaid.draw(296))


def histogram(edges, role="amount", maximum=1e6):
    from made_content import _plan

    plan = _plan("SPEND", role)
    return ColumnSummary(plan, replace(_facts(), maximum=maximum), None, tuple(edges))


def _facts():
    from ilk.sources.source import ColumnFacts

    return ColumnFacts("SPEND", "number", 100, 0, 50, 0, 0, 0.0, 1.0, False, 0, ())


def test_ticks_stand_at_round_values():
    """A log axis is labelled at powers of ten, an even one at a round step, and labels do not touch."""
    said = [label for _, label in ticks(histogram(np.geomspace(1, 10_000, 21)), 14)]
    assert said == ["$2", "$10", "$100", "$1,000"]
    assert [label for _, label in ticks(histogram(np.linspace(0, 1, 21), "share", 1.0), 14)] == ["25 %", "50 %", "75 %"]
    whole = histogram(np.linspace(1, 12, 21), "count")
    assert [at for at, _ in ticks(replace(whole, facts=replace(whole.facts, whole=True)), 11)] == pytest.approx(
        [80 / 11, 180 / 11]
    )
    assert along(5.5, (0, 5, 6, 10)) == pytest.approx(1.5)
    assert even((0, 1, 2))
    assert not even((1, 10, 100))


@pytest.mark.parametrize(
    ("across", "width", "said"),
    [
        (("more cash advances", "more purchases"), 327, ("more cash advances", "more purchases", 0)),
        (("more cash advances, higher balances", "more visits"), 327, ("more cash advances", "more visits", 0)),
        (
            ("more instalment purchases, more visits", "more one-off purchases"),
            327,
            ("more instalment purchases, more visits", "more one-off purchases", LINE_STEP),
        ),
        (("more cash advances, more fees", "fewer"), 712, ("more cash advances, more fees", "fewer", 0)),
    ],
)
def test_both_ends_of_an_axis_are_said_in_full(across, width, said):
    """In one line as long as both fit there, else each in its own; only then are words cut."""
    assert ends_in_words(across, width) == said
    first, _, below = ends_in_words(("x" * 300, "y"), width)
    assert (first[-1], below) == ("…", LINE_STEP)


def test_the_hull_holds_all_points():
    points = np.random.default_rng(0).normal(size=(200, 2))
    corners = hull(points)
    after = np.roll(corners, -1, axis=0)
    for point in points:
        turns = (after - corners)[:, 0] * (point - corners)[:, 1] - (after - corners)[:, 1] * (point - corners)[:, 0]
        assert np.all(turns >= -1e-9)
    assert len(hull(np.array([[1.0, 1.0], [1.0, 1.0]]))) == 1


def test_what_a_split_gains_is_named():
    flow = Flow(3, ((0.9, 0.1), (0.2, 0.8), (0.95, 0.05)), (0.5, 0.3, 0.7))
    names = {(2, 1): "Buyers", (2, 2): "Others", (3, 1): "Big buyers", (3, 2): "Others", (3, 3): "Small buyers"}
    assert gain(flow, names) == "“Buyers” parts into “Big buyers” and “Small buyers”."
    mixed = Flow(3, ((0.9, 0.1), (0.2, 0.8), (0.4, 0.35)), (0.5, 0.3, 0.7))
    assert gain(mixed, names) == "“Small buyers” is drawn from several."
    assert gain(Flow(2, ((1.0,), (1.0,)), (None, None)), {(1, 1): "All", (2, 1): "A", (2, 2): "B"}).startswith(
        "“All” parts"
    )


def test_the_flow_shows_the_number_that_is_shown(model):
    assert shown_ks(model.content, 4, 3) == [3, 4, 5]
    assert shown_ks(model.content, 6, 3) == [4, 5, 6]
    assert shown_ks(model.content, 2, 3) == [2, 3, 4]


def test_the_flow_is_headed_by_the_step_to_the_number_shown(model):
    """Of two segments nothing leads to them, so it is what they part into; never a step far from them."""
    names = Reading(model).names
    for k in (k for k in model.tried if k >= 2):
        before = max(k - 1, 2)
        assert flow_across_k(model.content, k, names).title.startswith(f"From {before} to {before + 1}: ")


def test_every_block_of_the_flow_is_numbered_that_can_hold_a_number(model):
    chart = flow_across_k(model.content, model.k, Reading(model).names).draw(720)
    block = r'<rect[^>]*height="([\d.]+)" fill="[^"]+" rx="2"><title>[^<]*</title></rect>(.{5})'
    found = re.findall(block, chart)
    assert len(found) == sum(shown_ks(model.content, model.k, 9))
    assert all((float(high) >= 10) is (rest == "<rect") for high, rest in found)


def test_the_flow_ends_where_a_number_of_segments_may_not_be_shown(model):
    """Of eight segments one was too small to be told of: nine do not flow from it, and the chart is drawn without."""
    gapped = replace(model.content, solutions=tuple(s for s in model.content.solutions if s.k != 5))
    assert [s.k for s in gapped.solutions if s.k > 5]
    assert shown_ks(gapped, 4, 8) == [2, 3, 4]


def test_a_study_without_evidence_draws_none(model):
    evidence = model.content.evidence
    bare = replace(evidence, candidates=tuple(replace(c, stability=None, null=None) for c in evidence.candidates))
    assert stability_by_k(bare, 4) is None
    assert trust_strips(tuple(replace(s, trust=None) for s in model.segments)) is None
    same = replace(model.segments[0], profiles=tuple(replace(p, d=0.0) for p in model.segments[0].profiles))
    assert marker_bars(replace(same, persona=replace(same.persona, markers=())), model.content) is None


def test_nobody_is_left_undescribed(model):
    """Without markers the columns that differ most are told, one a theme, the strongest first."""
    segment = replace(model.segments[0], persona=replace(model.segments[0].persona, markers=()))
    found = differences(segment, model.content)
    assert found
    assert [abs(m.d) for m in found] == sorted((abs(m.d) for m in found), reverse=True)
    assert len({m.theme for m in strongest(segment, model.content)}) == len(strongest(segment, model.content))
    assert found[0].text.startswith(f"{found[0].direction} ")
    assert marker_bars(segment, model.content) is not None


def test_ratings_are_compared_by_points(model):
    """On a rating scale an index says little: bars are points above or below everyone."""
    columns = tuple(
        replace(c, plan=replace(c.plan, role="ordered", kind="ordered")) if c.plan.use == "builds" else c
        for c in model.content.columns
    )
    rated = replace(model.content, columns=columns)
    segment = model.segments[0]
    figure = marker_bars(segment, rated)
    assert "points" in figure.subtitle
    marker = segment.persona.markers[0]
    points = segment.profile(marker.column).mean - rated.column(marker.column).everyone.mean
    assert f"{abs(points):.2f} points {'above' if points > 0 else 'below'}" in figure.title
    assert against_everyone(marker, segment, rated)[0] in "+−"


def test_a_marker_in_one_phrase(model):
    segment = model.segments[0]
    marker = segment.persona.markers[0]
    assert in_one_phrase(replace(marker, index=340), segment, model.content).endswith(": 3.4 times everyone's average")
    assert in_one_phrase(replace(marker, index=120), segment, model.content).endswith(": 20 % above everyone's average")
    assert in_one_phrase(replace(marker, index=40), segment, model.content).endswith(": 60 % below everyone's average")
    assert in_one_phrase(replace(marker, index=1), segment, model.content).endswith(": next to nothing")
    assert in_one_phrase(replace(marker, index=None), segment, model.content) == marker.text


def test_what_is_said_of_a_column_in_brief(model):
    column, profile = model.content.column("SPEND_TOTAL"), model.segments[0].profile("SPEND_TOTAL")
    assert in_brief(replace(profile, median=1234.5, n_zero=0), column) == "median $1,230"
    assert in_brief(replace(profile, n_zero=profile.n), column) == "100 % have none"
    assert in_brief(replace(profile, mean=None), column) == "too few customers to say"
    region = model.content.column("REGION")
    assert in_brief(replace(model.segments[0].profile("REGION"), n=100, levels=(10, 60, 30)), region) == "60 % North"


@pytest.mark.parametrize("n", [2, 15, 20, 21])
def test_joined_bins_lose_nobody(n):
    """Joining bins keeps every share, and there is one edge more than there are bins."""
    spread, edges = Spread(None, tuple(float(i) for i in range(n)), ()), tuple(float(i) for i in range(n + 1))
    joined, kept = spread.coarser(), coarse(edges)
    assert sum(joined.bins) == sum(spread.bins)
    assert len(kept) == len(joined.bins) + 1
    assert [sum(range(int(a), int(b))) for a, b in pairwise(kept)] == list(joined.bins)
    assert even(kept)
