"""Messages of the package in the words of the app."""

from __future__ import annotations

import pytest

from ilk.app.trouble import in_app


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
        (
            "7 of 9 were seen before: this looks like a log, do: bring it with --orders or --activity instead, which make "
            "one row a customer; or make it so with --query 'SELECT \"a b\", count(*) AS orders FROM source GROUP BY "
            "\"a b\"', or name another column with --id",
            "7 of 9 were seen before: this looks like a log, do: say under “What is one row?” that it is an order or a "
            "visit, or choose another column under “Column that identifies a customer”",
        ),
        (
            "Bring it with --orders or --activity instead, which make one row a customer. If it is the rows you want to "
            "put into segments, --id ORDER_ID says so.",
            "Say so under “What is one row?”. Else it is the rows that are segmented.",
        ),
        ("Bring it with --survey instead, which puts", "Remove it and bring it as “Answers” instead, which puts"),
        ("a b-k c --idle var(--where)", "a b-k c --idle var(--where)"),
    ],
)
def test_flags_are_the_fields_of_the_app(told, shown):
    assert in_app(told) == shown
