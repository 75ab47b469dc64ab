"""Texts fit, nothing is left unescaped, and a chart follows the theme of the page."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.outputs import drawing
from ilk.outputs.charts.placing import Box, apart
from ilk.outputs.theme import INK, SEGMENTS


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_makes_valid_svg(words):
    """Whatever a column is called, the drawing stays well-formed and holds only our elements."""
    svg = drawing.drawing(
        100, 20, drawing.element("g", drawing.title(words) + drawing.text(0, 10, words), id=drawing.clean(words))
    )
    tags = {node.tag.rpartition("}")[2] for node in ET.fromstring(svg).iter()}
    assert tags == {"svg", "g", "title", "text"}


@given(st.text(max_size=80), st.integers(40, 300))
@settings(deadline=None)
def test_shortened_texts_fit(words, width):
    assert drawing.text_width(drawing.shortened(words, width)) <= max(width, drawing.text_width("…"))


def test_what_is_cut_fits_in_a_wide_font_too():
    """DejaVu Sans, all that some machines have, needs 0.592 of the size for an x and 1 for the dots."""
    cut = drawing.shortened("x" * 300, 432)
    assert 14 * (0.592 * (len(cut) - 1) + 1.0) <= 432
    fitting = "x" * int(432 / drawing.text_width("x"))
    assert drawing.shortened(fitting, 432) == fitting


def test_texts_wrap_at_words_and_end_with_a_sign_when_cut():
    lines = drawing.wrapped("one two three four five six seven eight", 80, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert drawing.wrapped("one two", 400) == ["one two"]
    assert all(drawing.text_width(line) <= 80 for line in lines)


def test_themed_charts_use_variables_and_titles():
    """Token colours become variables, a segment's colour stays, details become titles, no attribute is left over."""
    raw = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20" viewBox="0 0 10 20">'
        f'<path aria-label="3 &amp; 4" role="graphics-symbol" d="M0,0" fill="{INK}"/>'
        f'<text font-family="X" aria-label="t" fill="{SEGMENTS[0]}">a</text></svg>'
    )
    themed = drawing.themed(raw, 'all "of" it')
    assert 'fill="var(--ink)"' in themed
    assert SEGMENTS[0] in themed
    assert "<title>3 &amp; 4</title></path>" in themed
    assert "font-family" not in themed
    assert 'aria-label="all &quot;of&quot; it"' in themed
    assert themed.count("aria-label") == 1
    ET.fromstring(themed)


def test_a_picture_has_its_title_above_it():
    whole = drawing.framed(drawing.drawing(200, 100), "What to see", "what is drawn")
    assert drawing.size_of(whole)[1] > 100 + 2 * 24
    assert whole.index("What to see") < whole.index("what is drawn")


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), max_size=8))
@settings(deadline=None)
def test_labels_stay_inside_and_apart(points):
    """Eight labels on a map of 400 x 300 find a place each."""
    boxes = [Box(x, y, 40, 10, str(i)) for i, (x, y) in enumerate(points)]
    placed = apart(boxes, (400, 300))
    assert len(placed) == len(boxes)
    assert all(10 <= box.y <= 290 for box in placed)


def test_two_labels_in_one_place_part():
    first, second = apart([Box(50, 50, 40, 10, "a"), Box(50, 50, 40, 10, "b")], (400, 300))
    assert abs(first.y - second.y) >= 20
