"""Messages of the package in the words of the app."""

from __future__ import annotations

import pytest

from ilk.app.trouble import in_app
from ilk.sources.keys import repeated_ids


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            "say --missing 'A B=zero' if none, or 'A B=flag' if it is a fact of its own.",
            "choose zero under “A blank means” for A B if none, or flag if it is a fact of its own.",
        ),
        ("say --missing &#39;A=zero&#39; if none", "choose zero under “A blank means” for A if none"),
        ("use --missing 'A=flag'", "choose flag under “A blank means” for A"),
        ("name one with --id", "name one under “Column that identifies a customer”"),
        ("check the source and --where", "check the source and “Only customers who meet this condition”"),
        ("the path given with --labels", "what stands under “Words for it”"),
        ("choose another -k.", "choose another “How many segments”."),
        ("name a .ilk file or a study's folder; `ilk segment` makes one", "name a .ilk file or a study's folder"),
        ("If it is the rows you want to put into segments, --id A says so.", "Else it is the rows that are segmented."),
        ("Bring it with --survey instead, which puts", "Remove it and bring it as “Answers” instead, which puts"),
        ("a b-k c --idle var(--where)", "a b-k c --idle var(--where)"),
    ],
)
def test_flags_are_the_fields_of_the_app(told, shown):
    assert in_app(told) == shown


def test_a_log_brought_as_customers_is_told_which_answer_to_give():
    told = in_app(str(repeated_ids("a b", 7, 9)))
    assert "--" not in told
    assert "say under “What is one row?” that it is an order or a visit" in told
