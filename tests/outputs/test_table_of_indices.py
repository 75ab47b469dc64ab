"""The table of all indices, and who votes."""

from dataclasses import replace

from ilk.model.model import Model
from ilk.outputs.reading import Reading
from ilk.outputs.sections.methods import methods
from ilk.outputs.sections.number import index_table, vote


def likely(model):
    """The same model as if a method with a likelihood had found it."""
    evidence = model.content.evidence
    candidates = tuple(
        replace(c, bic=1000.0 - c.k, entropy=None if c.k == 1 else 0.875, bic_gain=None if c.k == 1 else 0.25)
        for c in evidence.candidates
    )
    return Model(replace(model.content, evidence=replace(evidence, candidates=candidates)))


def test_bic_and_entropy_stand_among_the_indices_where_there_is_a_likelihood(model):
    table = index_table(Reading(likely(model)))
    assert table.heads[2:4] == ("BIC", "Entropy R²")
    k, (_, bic, entropy, *_) = table.lines[-1].head.text, [cell.text for cell in table.lines[-1].cells]
    assert (bic, entropy) == (f"{1000 - int(k)}", "0.88")
    assert len(table.lines[0].cells) + 1 == len(table.heads)
    assert "BIC" not in index_table(Reading(model)).heads


def test_the_gain_in_bic_votes_in_place_of_the_silhouette(model):
    found = vote(Reading(likely(model)))
    assert found.heads[1] == "Gain in BIC"
    assert {line.cells[0].text.split()[0] for line in found.lines} == {"0.25"}
    assert vote(Reading(model)).heads[1] == "Silhouette"


def test_the_chapter_on_methods_says_who_votes(model):
    told = {True: "from that of one group to the best", False: "silhouette over the best silhouette"}
    for is_likely, words in told.items():
        chapter = methods(Reading(likely(model) if is_likely else model))
        assert words in next(method.text for method in chapter.methods if method.name == "Choice of the number")
