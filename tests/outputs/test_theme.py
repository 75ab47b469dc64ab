"""Colours that can be read, in light and in dark."""

from __future__ import annotations

import pytest

from ilk.outputs.theme import SEGMENTS, TOKENS, segment_colour, tint, tint_colour, variables

GROUND = {token.name: token for token in TOKENS}["paper"]
INK = {token.name: token for token in TOKENS}["ink"]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
@pytest.mark.parametrize("name", ["ink", "quiet", "accent", "good", "fair", "poor"])
def test_text_can_be_read(mode, ground, name):
    """Everything written has a contrast of 4.5 at least."""
    tokens = {token.name: getattr(token, mode) for token in TOKENS}
    assert contrast(tokens[name], tokens[ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_figures_on_tints_can_be_read(mode):
    """Ink on every step of over and under has a contrast of 4.5 at least."""
    tints = [
        getattr(token, mode)
        for token in TOKENS
        if token.name.startswith(("over-", "under-")) and token.name[-1].isdigit()
    ]
    assert len(tints) == 8
    assert min(contrast(getattr(INK, mode), one) for one in tints) >= 4.5


@pytest.mark.parametrize("colour", SEGMENTS)
def test_segments_stand_out_on_both_grounds(colour):
    """A segment's colour has a contrast of 3 at least in light and in dark."""
    assert contrast(colour, GROUND.light) >= 3
    assert contrast(colour, GROUND.dark) >= 3


def test_each_light_colour_means_one_thing():
    """Charts are repainted by colour, so no two tokens share one, and none is a segment's."""
    lights = [token.light for token in TOKENS]
    assert len(set(lights)) == len(lights)
    assert not set(lights) & set(SEGMENTS)


def test_tints_grow_with_the_difference():
    assert [tint(d) for d in (None, 0.0, 0.2, 0.3, -0.6, 1.2, -9.0)] == [0, 0, 0, 1, -2, 3, -4]
    assert tint_colour(0) == GROUND.light
    assert tint_colour(4) != tint_colour(-4)


def test_colours_repeat_after_twelve():
    assert segment_colour(1) == segment_colour(13) == SEGMENTS[0]


def test_every_token_is_a_variable():
    css = variables()
    assert all(f"--{token.name}:{token.light}" in css and f"--{token.name}:{token.dark}" in css for token in TOKENS)
