"""Every chart and card as a picture."""

from __future__ import annotations

import struct

import pytest

from ilk.outputs.pictures import figures_of, write_pictures


def test_hostile_names_make_pictures_too(hostile):
    """Cards and charts draw whatever a column is called."""
    figures = [f for f in figures_of(hostile) if f.name in {"card-1", "markers-1", "map", "correlation", "flow"}]
    assert len(figures) == 5
    assert all(figure.picture().startswith(b"\x89PNG") for figure in figures)


@pytest.mark.slow
def test_every_chart_and_card_is_written(model, tmp_path):
    paths = write_pictures(model, tmp_path / "pictures")
    names = {path.name for path in paths}
    assert {"map.png", "sizes-and-value.png", "stability.png", "flow.png", "card-1.png", "card-4.png"} <= names
    for path in paths:
        width, height = struct.unpack(">II", path.read_bytes()[16:24])
        assert 300 < width <= 2000
        assert 100 < height <= 4000
