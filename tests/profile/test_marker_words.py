"""What a marker says has the direction of what it marks."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import ilk


def test_a_level_that_is_rare_in_a_segment_is_called_rare():
    """A low marker of a category never reads as if the segment had that level."""
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1], 150)
    table = pa.table(
        {
            "orders": rng.gamma(4.0, 1.0 + 9.0 * group),
            "visits": rng.gamma(4.0, 9.0 - 8.0 * group),
            "colour": np.where(group == 1, "blue", np.array(["red", "green"])[rng.integers(0, 2, 300)]),
        }
    )
    study = ilk.segment(table, k=2, role={"colour": "category"})
    markers = [m for s in study.segments for m in s.persona.markers if m.column == "colour"]
    assert {m.direction for m in markers} == {"high", "low"}
    for marker in markers:
        assert marker.text.startswith("rarely") == (marker.direction == "low"), marker.text
