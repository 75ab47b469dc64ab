"""What a persona card says beside its figures."""

from __future__ import annotations

from dataclasses import replace

from made_content import customers, model_of

from ilk.model.model import Model
from ilk.outputs.charts.card import persona_card
from ilk.outputs.reading import Reading
from ilk.outputs.report import render_report
from ilk.outputs.sections.cards import cards
from ilk.profile.sentence import NOT_APART


def with_segments(model, *segments):
    """The same study with other segments at the number it shows."""
    solution = replace(model.solution, segments=segments)
    others = tuple(solution if s.k == model.k else s for s in model.content.solutions)
    return Model(replace(model.content, solutions=others))


def test_with_two_segments_nothing_is_both_like_and_unlike():
    """The cards said "Like: 2 ..." and "Unlike: 2 ..." one below the other."""
    two = model_of(customers(), k=2, ks=range(1, 4))
    first, second = two.segments
    both = Reading(with_segments(two, replace(first, nearest=2, farthest=2), second))
    assert (both.called(2), both.unlike_of(both.segments[0])) == (f"2 {second.persona.name}", "")
    assert (cards(both)[0].like, cards(both)[0].unlike) == (f"2 {second.persona.name}", "")
    assert "Unlike" not in persona_card(both.segments[0], both).draw(392)
    assert "least like" not in render_report(both.model)
    assert "Unlike" not in render_report(both.model)


def test_who_is_set_apart_by_what_describes_only_is_told_by_that(model):
    """A card said that no column sets them apart while 88 % of them were women."""
    first, *others = model.segments
    told = "88 % gender “female” (everyone: 59 %)"
    plain = replace(first.persona, sentence=f"9 customers (3 %). {NOT_APART}they average 3.", descriptors=(told,))
    reading = Reading(with_segments(model, replace(first, persona=plain), *others))
    assert cards(reading)[0].sentence.endswith(f"they average 3. What describes them: {told}.")
    assert "makes segments" in cards(reading)[0].sentence
    assert "What describes" not in cards(reading)[1].sentence
