"""Where customers count unequally, shares are by weight, and every head above them says so."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from ilk.model.model import Model
from ilk.outputs.charts.sizes import sizes_and_value
from ilk.outputs.reading import Reading
from ilk.outputs.report import render_report
from ilk.outputs.sections.levels import two_levels
from ilk.outputs.sections.number import how_many
from ilk.outputs.terminal import show
from ilk.outputs.workbook import write_workbook


@pytest.fixture(scope="module")
def weighted(model) -> Model:
    """The first segment counts double, and a column is the weight."""
    content = model.content
    shares = [s.size * (2.0 if s.number == 1 else 1.0) for s in model.segments]
    segments = tuple(replace(s, share=w / sum(shares)) for s, w in zip(model.segments, shares, strict=True))
    solutions = tuple(replace(o, segments=segments) if o.k == model.k else o for o in content.solutions)
    columns = tuple(
        replace(c, plan=replace(c.plan, role="weight")) if i == len(content.columns) - 1 else c
        for i, c in enumerate(content.columns)
    )
    return Model(replace(content, solutions=solutions, columns=columns))


def printed(model):
    console = Console(file=io.StringIO(), width=100)
    show(model, console)
    return console.file.getvalue()


def test_the_terminal_and_print(weighted, model):
    assert weighted.weighted
    assert "Customers  By weight" in printed(weighted)
    assert "Customers   Share" in printed(model)
    assert " weighted  trust" in str(weighted)


def test_the_report(weighted, model):
    page = render_report(weighted)
    assert '<th scope="col">Share by weight</th>' in page
    assert "Share of customers" not in page
    assert '<th scope="col">Share of customers</th>' in render_report(model)


def test_the_chart(weighted):
    reading = Reading(weighted)
    figure = sizes_and_value(reading.segments, None, 10, of_whom=reading.of_whom)
    assert figure.title.endswith("by weight")
    assert figure.subtitle == "Share by weight"
    assert "By weight" in figure.draw(720)


def test_no_drawing_says_of_customers(weighted, model):
    """Neither how segments part, nor how two levels go together."""
    for one, there in ((weighted, "by weight"), (model, "of customers")):
        reading, tried = Reading(one), [k for k in one.tried if k >= 2]
        both = two_levels(reading, tried[0], tried[-1])
        drawn = how_many(reading).flow.draw(720) + both.chart.draw(720)
        assert there in drawn
        assert ("of customers" in drawn) is (there == "of customers")
        assert both.table.heads[1] == {"by weight": "By weight", "of customers": "Customers"}[there]


def test_the_workbook(weighted, tmp_path):
    import fastexcel

    write_workbook(tmp_path / "p.xlsx", weighted)
    names = fastexcel.read_excel(tmp_path / "p.xlsx").load_sheet("Personas").to_arrow().schema.names
    assert "Share by weight" in names
    assert "Share of customers" not in names
