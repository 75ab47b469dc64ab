"""Bars are as long as the figures beside them say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ilk.outputs.charts.markers import marker_bars
from ilk.outputs.differences import Reach, leaning, reach_of, strongest
from ilk.outputs.reading import Reading
from ilk.outputs.sections.cards import cards


def with_indices(model, indices):
    """The first segment with these indices, all of the same strength in standard deviations."""
    segment = model.segments[0]
    markers = strongest(segment, model.content)
    changed = tuple(replace(m, index=i, d=-1.0) for m, i in zip(markers, indices, strict=False))
    return replace(segment, persona=replace(segment.persona, markers=changed))


def test_a_twentieth_is_further_than_two_fifths(model):
    """0.05 × had half the bar of 0.44 ×, because bars were drawn by something that is not printed."""
    segment = with_indices(model, [44.0, 5.0])
    bars = leaning(segment, model.content, reach_of([segment], model.content))
    found = {lean.said: lean.share for lean in bars}
    assert found["0.05 ×"] == pytest.approx(-1.0)
    assert found["0.44 ×"] == pytest.approx(-0.274, abs=0.001)
    shares = [abs(lean.share) for lean in bars]
    assert shares == sorted(shares, reverse=True)


def test_three_times_is_as_far_as_a_third(model):
    segment = with_indices(model, [300.0, 100.0 / 3.0])
    up, down, *_ = (Reach(doublings=5.0).lean(m, segment, model.content).share for m in segment.persona.markers)
    assert up == pytest.approx(-down)
    assert up > 0


def test_bars_on_all_cards_follow_their_figures(model):
    for card in cards(Reading(model)):
        times = [(float(m.said.split()[0]), m) for m in card.markers if m.said.endswith("×")]
        lengths = [
            max(map(float, re.findall(r'width="([\d.]+)" height="10" rx="1"', str(m.bar))[1:])) for _, m in times
        ]
        far = [max(t, 1 / t) if t else 32.0 for t, _ in times]
        order = sorted(range(len(far)), key=lambda i: far[i])
        assert [lengths[i] for i in order] == sorted(lengths)


def test_the_bars_of_a_chapter_stand_in_the_order_of_their_length(model):
    segment = with_indices(model, [44.0, 5.0])
    svg = marker_bars(segment, model.content).inline()
    assert svg.index(">5<") < svg.index(">44<")
