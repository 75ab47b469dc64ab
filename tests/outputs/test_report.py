"""One file, no script, nothing loaded, nothing unescaped, everyone named, in the order of the style guide."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from hostile import HOSTILE

from ilk.model.model import Model
from ilk.model.parts import Edit
from ilk.model.trust import trust_of
from ilk.outputs.charts.card import persona_card
from ilk.outputs.reading import ABOUT_TRUST, Reading
from ilk.outputs.report import CONTENTS, render_report
from ilk.outputs.sections.board import GENERAL, board, caveats, made_from, weighed
from ilk.outputs.sections.cards import cards
from ilk.outputs.sections.data import data_chapter
from ilk.outputs.study_json import study_document
from ilk.outputs.workbook import write_workbook
from ilk.sources.source import Note

ALLOWED = frozenset(
    "html head meta title style body a div nav p ol ul li main section header h1 h2 h3 h4 "  # noqa: SIM905
    "table caption thead tbody tr th td strong span b br cite dl dt dd article figure figcaption details summary "
    "svg g path rect circle line text".split()
)


class Page(HTMLParser):
    """Every tag with its attributes, every piece of text, and whether tags close in order."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def html(rendered, model):
    return rendered(model)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.mark.parametrize("which", ["model", "hostile", "one_segment", "many_segments"])
def test_nothing_runs_and_nothing_loads(which, request, rendered):
    """Whatever columns, levels and names are called: only our tags, no handler, no style, no address but anchors."""
    html = rendered(request.getfixturevalue(which))
    page = Page(html)
    assert not page.open
    assert {tag for tag, _ in page.tags} <= ALLOWED
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "src", "srcset"}], tag
        assert attributes.get("href", "#").startswith("#")
        loads = [name for name, value in attributes.items() if "url(" in (value or "") and name != "aria-label"]
        assert not loads
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert "http" not in style
    assert "url(" not in style


def test_hostile_names_are_shown_as_they_are(hostile, rendered):
    """A name that looks like markup is read as text, and template braces stay braces."""
    page = Page(rendered(hostile))
    said = " ".join(page.texts)
    assert HOSTILE[0] in said
    assert "{{ 7 * 7 }}" in said
    assert "49" not in re.findall(r"7 \* 7 = (\d+)", said)
    assert not re.search(r"[\x00\x1b\u202e]", said)


def test_the_policy_allows_the_one_style_by_its_hash(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1].replace("&#39;", "'")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy


def test_the_order_is_the_style_guides(html):
    places = [html.index(f'<section id="{anchor}"') for anchor in ("board", *(anchor for anchor, _ in CONTENTS))]
    assert places == sorted(places)


def test_every_segment_is_named(model, page):
    said = " ".join(page.texts)
    for segment in model.segments:
        assert said.count(segment.persona.name) >= 5
        assert segment.persona.sentence.split(": ")[1][:20] in said


def test_contents_lead_somewhere(page):
    anchors = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = {attributes["href"][1:] for tag, attributes in page.tags if tag == "a"}
    assert links <= anchors
    assert len([1 for _, a in page.tags if "id" in a]) == len(anchors)


def test_it_can_be_read_without_seeing_it(page):
    """Language, table heads with scope, captions, and words for every drawing that is not decoration."""
    tags = page.tags
    assert ("html", {"lang": "en"}) in tags
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    drawings = [attributes for tag, attributes in tags if tag == "svg"]
    assert all(bool(one.get("aria-label")) != (one.get("aria-hidden") == "true") for one in drawings)
    assert sum(tag == "caption" for tag, _ in tags) == sum(tag == "table" for tag, _ in tags)
    assert sum(tag == "h1" for tag, _ in tags) == 1


def test_numbers_are_formatted(page):
    """No figure with more than three significant digits and decimals, no float that escaped."""
    said = " ".join(text for text in page.texts if "sha256" not in text and "{" not in text)
    assert not re.findall(r"\b\d{4,}\.\d", said)
    assert not re.findall(r"\b\d+\.\d{5,}", said)
    assert not re.findall(r"\b(?:nan|None(?! at all)|inf)\b", said)


def test_it_is_the_same_every_time(model, html):
    assert render_report(model) == html


def test_page_one_says_three_things_to_keep_in_mind(model):
    """Doubtful segments first, then what weighs most, then what no study can say."""
    notes = (
        Note("identity", "A is B plus C."),
        Note("one-large-segment", "Segment 1 of 4 holds 70 % of the customers."),
    )
    warned = Model(replace(model.content, warnings=notes))
    said = caveats(Reading(warned))
    assert len(said) == 3
    assert said[0].startswith("Do not rely on segment")
    assert said[1].startswith("Segment 1 of 4 holds")
    calm = Model(replace(model.content, warnings=()))
    assert set(caveats(Reading(calm))) & set(GENERAL)


def test_page_one_tells_nobody_what_to_type(model):
    """A board reads what a warning means, not which flag would change it."""
    text = "SPEND is blank for 16 % of segment 5, so it matters what a blank means: say --missing 'SPEND=zero' if none."
    warned = Model(replace(model.content, warnings=(Note("blanks-differ", text),)))
    assert "SPEND is blank for 16 % of segment 5, so it matters what a blank means." in caveats(Reading(warned))


def test_edits_change_what_is_read(model):
    """A new name stands everywhere, another number of segments says that it was chosen by hand and is judged anew."""
    uid, old = model.segments[0].uid, model.segments[0].persona.name
    renamed = model.edited(Edit("rename", "clearer", "2026-11-23", uid=uid, text="Quiet <savers>"))
    html = render_report(renamed)
    assert html.count("Quiet &lt;savers&gt;") >= 5
    assert board(Reading(renamed)).rows[0].name == "Quiet <savers>"
    assert "renamed to “Quiet &lt;savers&gt;” (clearer)." in html
    assert old not in {row.name for row in board(Reading(renamed)).rows}
    other = board(Reading(model.at(3, "three teams")))
    assert other.why_k == "The study showed 4 segments; 3 were adopted by hand (three teams)."
    looked = board(Reading(model.at(3)))
    assert looked.why_k == "The study shows 4 segments; these are the 3 it would have."
    assert len(other.rows) == len(looked.rows) == 3
    assert other.verdict in {"Natural", "Reproducible", "Constructed"}


def test_merged_segments_are_read_as_one(model):
    one, two = model.segments[0], model.segments[1]
    both = replace(one, size=one.size + two.size, share=one.share + two.share, trust=None)
    merged = model.edited(Edit("merge", "the same to us", "2026-11-23", uid=one.uid, other=two.uid, segment=both))
    reading = Reading(merged)
    assert reading.row_numbers[:2] == (1, 1)
    html = render_report(merged)
    assert "Segments were merged by hand" in html
    assert "Merged: not measured" in html
    text = reading.verdict[1]
    assert text.startswith("This was found of 4 segments, before some were merged by hand; the 3 shown were not judged")
    assert "merged by hand from 4, which were reproducible" in str(merged)
    assert "merged: not measured" in str(merged)
    assert persona_card(merged.segments[0], reading).draw(392).count("Merged: not measured") == 1
    assert "Segments 1 and 2 merged (the same to us)." in html
    warned = replace(merged, content=replace(merged.content, warnings=(Note("x", "Blank for 16 % of segment 2."),)))
    assert [n.text for n in weighed(Reading(warned))][-1] == "Before segments were merged: Blank for 16 % of segment 2."


def test_the_headline_counts_who_has_a_segment_and_names_the_rest(model):
    p = model.content.provenance
    assert p.n_rejected > 0
    said = made_from(Reading(model))
    assert f"{p.n_assigned} customers, {p.n_rejected} more without a segment" in said


def test_the_headline_names_every_file(model):
    """Of logs alone the first one names the study, and is one of several."""
    p, brought = model.content.provenance, [SimpleNamespace(name=name) for name in ("posts.csv", "comments.csv")]
    reading = Reading(Model(replace(model.content, sources=tuple(brought))))
    assert made_from(reading).startswith(f"From “{p.source}”, “posts.csv” and “comments.csv”: ")
    alone = replace(p, source="posts.csv", has_table=False)
    reading = Reading(Model(replace(model.content, sources=tuple(brought), provenance=alone)))
    assert made_from(reading).startswith("From “posts.csv” and “comments.csv”: ")


def test_what_was_odd_in_a_file_is_not_a_warning_too(model):
    p, odd = model.content.provenance, Note("topics", "69 topics; the 15 of most customers become columns")
    intake = replace(p.intake, notes=(*p.intake.notes, odd))
    content = replace(model.content, provenance=replace(p, intake=intake), warnings=(*model.content.warnings, odd))
    chapter = data_chapter(Reading(Model(content)))
    assert odd.text in chapter.notes
    assert odd.text not in chapter.warnings


def test_trust_is_explained_where_the_verdict_speaks_against_it(model):
    """A reliable segment under a constructed verdict is no contradiction, and that is said beside the table."""
    evidence = model.content.evidence
    drawn = replace(evidence, verdict="constructed", verdict_text="Constructed: lines we drew.", judged=())
    made = Model(replace(model.content, evidence=drawn))
    assert ABOUT_TRUST in render_report(made)
    assert ABOUT_TRUST not in render_report(model)
    weak = tuple(replace(s, trust=trust_of(0.7)) for s in model.solution.segments)
    none_reliable = replace(model.solution, segments=weak)
    others = tuple(none_reliable if s.k == model.k else s for s in made.content.solutions)
    assert ABOUT_TRUST not in render_report(Model(replace(made.content, solutions=others)))


@pytest.mark.parametrize(
    ("slsw", "valley", "said"),
    [
        (0.95, 0.9, "A pattern: 95 % found again, but it fades into its neighbour"),
        (0.94, 0.5, "Reliable: 94 % found again, and thins out towards its neighbour"),
        (0.94, None, "Reliable: 94 % found again"),
        (0.7, 0.5, "A pattern: 70 % found again"),
        (0.5, 0.9, "Do not rely on it: 50 % found again"),
    ],
)
def test_a_card_says_why_it_is_trusted(model, slsw, valley, said):
    """95 % a pattern beside 94 % reliable is told apart by the neighbour."""
    segments = tuple(replace(s, trust=trust_of(slsw, valley)) for s in model.solution.segments)
    solution = replace(model.solution, segments=segments)
    others = tuple(solution if s.k == model.k else s for s in model.content.solutions)
    reading = Reading(Model(replace(model.content, solutions=others)))
    assert {card.trust for card in cards(reading)} == {said}
    alike = said.replace(" %", "\N{NO-BREAK SPACE}%")
    assert alike in render_report(reading.model)


def test_a_small_segment_is_nowhere_counted(model, tmp_path):
    """A segment of five is under 10 in the report, the cards, study.json, the workbook and in print."""
    small = replace(model.segments[3], size=5, share=5 / 599)
    solution = replace(model.solution, segments=(*model.solution.segments[:3], small))
    solutions = tuple(solution if s.k == 4 else s for s in model.content.solutions)
    few = Model(replace(model.content, solutions=solutions))
    html = render_report(few)
    assert "under 10 customers" in html
    assert "5 customers" not in re.sub(r"[\d,]+5 customers", "", html)
    told = study_document(few)["segments"][3]
    assert (told["size"], told["share"]) == (None, None)
    assert "under 10" in str(few)
    assert "under 10 customers" in persona_card(few.segments[3], Reading(few)).draw(392)
    write_workbook(tmp_path / "p.xlsx", few)
    with zipfile.ZipFile(tmp_path / "p.xlsx") as book:
        assert "under 10" in book.read("xl/sharedStrings.xml").decode()


def test_one_segment_makes_a_report(one_segment, rendered):
    html = rendered(one_segment)
    assert "One kind of customers" in html
    assert "there is nothing to tell apart" in html


def test_wide_tables_say_that_they_go_on_sideways(model):
    """On a phone the fourth segment is beyond the edge, and nothing showed it."""
    page = render_report(model)
    assert "Swipe the table sideways for all columns" in page
    assert ".more{display: block" in page.replace(" {", "{").replace("{ ", "{").replace(
        "display:block", "display: block"
    )


def test_no_hole_is_left_among_the_cards(model):
    n = len(model.segments)
    assert ("cards five" in render_report(model)) == (n % 3 == 2 and n > 2)


def test_terms_are_told_in_words(model):
    page = render_report(model)
    assert "where 0 is chance and 1 is always right" in page
    assert "Log scale." not in page
    assert "Index (everyone 100)" in page
