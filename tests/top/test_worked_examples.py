"""The tables of the guide's worked examples are what the commands above them print."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import ilk

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "worked_examples.md"
MUSIC, FILMS, INTERESTS = range(19), range(19, 31), range(31, 63)
"""Which of the questions of young people are about what, by their places."""


@pytest.fixture(scope="module")
def labels(data, tmp_path_factory):
    """A labels file with a group for each question, as the guide tells people to make one."""
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    groups = {
        i: name for name, places in (("music", MUSIC), ("films", FILMS), ("interests", INTERESTS)) for i in places
    }
    with (
        (data / "survey" / "young-people-columns.csv").open(encoding="utf-8", newline="") as asked,
        path.open("w", encoding="utf-8", newline="") as made,
    ):
        rows = csv.writer(made)
        rows.writerow(("column", "words", "group"))
        rows.writerows(
            (one["short"], one["original"], groups.get(i, "")) for i, one in enumerate(csv.DictReader(asked))
        )
    return path


def told(first):
    """(persona, customers) of the table that begins with this persona; the group of questions before it is left out."""
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    begin = next(i for i, line in enumerate(lines) if re.match(rf"\| (\w+ \| )?{re.escape(first)} \|", line))
    found = []
    for i, line in enumerate(lines[begin:]):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        at = next((j for j, cell in enumerate(cells) if re.fullmatch(r"[\d,]+", cell)), 0)
        if not line.startswith("|") or (i and len(cells[0]) and at > 1):
            break
        found.append((cells[at - 1], int(cells[at].replace(",", ""))))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "settings"),
    [
        ({"activity": ["social/snsdata.csv"]}, {}),
        ({"activity": ["social/steam-200k.csv.gz"]}, {}),
        ({"activity": ["social/posts.csv", "social/comments.csv"]}, {}),
        ({"source": "survey/young-people.csv"}, {"by": "music"}),
        ({"source": "survey/young-people.csv"}, {"by": "interests", "center_respondents": True}),
        ({"source": "survey/young-people.csv"}, {"by": "films", "center_respondents": True}),
        ({"orders": ["transactions/cdnow.csv"]}, {}),
        ({"source": "campaign/marketing_campaign.csv"}, {}),
    ],
    ids=["snsdata", "steam", "posts", "music", "interests", "films", "cdnow", "campaign"],
)
def test_the_guide_tells_what_comes_out(files, settings, data, labels):
    brought = {k: [data / one for one in v] if isinstance(v, list) else data / v for k, v in files.items()}
    study = ilk.segment(**brought, **settings, **({"labels": labels} if "by" in settings else {}))
    found = [(one.persona.name, one.size) for one in study.segments]
    assert told(found[0][0]) == found
    assert max(one.share for one in study.segments) <= 0.6
