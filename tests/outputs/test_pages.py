"""The report as pages: in a browser at two widths and two themes, and on paper."""

from __future__ import annotations

import re

import pytest

from ilk.outputs.report import render_report

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def files(tmp_path_factory, model, hostile, many_segments):
    folder = tmp_path_factory.mktemp("pages")
    made = {"model": model, "hostile": hostile, "many": many_segments}
    for name, one in made.items():
        (folder / f"{name}.html").write_text(render_report(one), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["model", "hostile", "many"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_it_opens_without_a_word_and_without_the_network(browser, files, name, width, scheme):
    """No console message, no request, no sideways scrolling, text in the right colours."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((files / f"{name}.html").as_uri())
    assert said == []
    assert all(url.startswith("file:") for url in asked)
    assert len(asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(16, 22, 28)" if scheme == "dark" else "rgb(255, 255, 255)")
    context.close()


@pytest.mark.parametrize("name", ["model", "many"])
def test_page_one_fits_one_sheet(browser, files, name, tmp_path):
    """On A4 the first page holds the whole of page one, and the second begins with the cards."""
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.goto((files / f"{name}.html").as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})
    tall = page.evaluate("document.querySelector('#board').getBoundingClientRect().height")
    assert tall <= 1009
    page.close()


def test_charts_are_not_cut_on_paper(browser, files):
    page = browser.new_page()
    page.goto((files / "model.html").as_uri())
    page.emulate_media(media="print")
    breaks = page.evaluate("[...document.querySelectorAll('figure')].map(f => getComputedStyle(f).breakInside)")
    assert set(breaks) == {"avoid"}
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) >= 5
    page.close()


def test_texts_do_not_overlap_in_charts(browser, files):
    """In every chart, at both widths, no two texts of one drawing cover each other."""
    overlaps = """
    [...document.querySelectorAll('figure svg')].filter(s => s.getBoundingClientRect().width > 0).flatMap(svg => {
      const boxes = [...svg.querySelectorAll('text')].filter(t => t.textContent && !t.getAttribute('stroke'))
        .map(t => [t.textContent, t.getBoundingClientRect()]);
      return boxes.flatMap(([a, r], i) => boxes.slice(i + 1).filter(([b, q]) => a !== b &&
        Math.min(r.right, q.right) - Math.max(r.left, q.left) > 2 &&
        Math.min(r.bottom, q.bottom) - Math.max(r.top, q.top) > 6)
        .map(([b]) => [svg.getAttribute('aria-label').slice(0, 40), a, b]));
    })"""
    for width in (1280, 390):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto((files / "model.html").as_uri())
        assert page.evaluate(overlaps) == []
        page.close()


def test_texts_are_not_cut_off_in_charts(browser, files):
    """Every text of a drawing lies inside it, at both widths, whatever it says and however many segments there are."""
    cut = """
    [...document.querySelectorAll('figure svg')].filter(s => s.getBoundingClientRect().width > 0).flatMap(svg => {
      const box = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter(t => t.textContent).filter(t => {
        const r = t.getBoundingClientRect();
        return r.left < box.left - 3 || r.right > box.right + 4 || r.top < box.top - 4 || r.bottom > box.bottom + 4;
      }).map(t => [svg.getAttribute('aria-label').slice(0, 40), t.textContent]);
    })"""
    for name in ("model", "hostile", "many"):
        for width in (1280, 390):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto((files / f"{name}.html").as_uri())
            assert page.evaluate(cut) == [], (name, width)
            page.close()
