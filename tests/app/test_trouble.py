"""Messages of the package in the words of the app."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import ilk
from ilk.app.asking import LABELS, about
from ilk.app.flags import FIELDS, in_app, in_drawing
from ilk.sources.keys import repeated_ids

FLAG = re.compile(r"(?<![\w-])(?:--[a-z][\w-]*|-k(?![\w-]))|`ilk ")
COMMAND_LINE = ("cli", "settings.py", "address.py", "service/", "app/", "given.py")
"""What nobody sees who is in the app: the command line itself, the service, what renames flags for programs."""
TERMINAL = ("outputs/terminal.py", "outputs/lists.py", "outputs/theme.py", "world.py")
"""What is written to a terminal, shown as code, or names colours."""
ONE_ENGINE = "Segments cannot be fitted with --engine"
"""There is one engine, and nothing in the app asks for another."""


def texts_of(tree):
    """(line, text) of every text of a program but what documents it; what is filled in is an X."""
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in documents | parts:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(p.value if isinstance(p, ast.Constant) else "X" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def all_texts():
    root = Path(ilk.__file__).parent
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if not name.startswith((*COMMAND_LINE, *TERMINAL)):
            for line, text in texts_of(ast.parse(path.read_text(encoding="utf-8"))):
                yield f"{name}:{line}", text


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            "say --missing 'A B=zero' if none, or 'A B=flag' if it is a fact of its own.",
            "choose “none” under “A blank means” for A B if none, or “a fact itself” if it is a fact of its own.",
        ),
        ("use --missing 'A=flag'", "choose “a fact itself” under “A blank means” for A"),
        ("name one with --id", "name one under “Column that identifies a customer”"),
        ("check the source and --where", "check the source and “Only customers who meet this condition”"),
        ("the path given with --labels", "what stands under “Words for it”"),
        ("choose another -k.", "choose another “How many segments”."),
        ("name a .ilk file or a study's folder; `ilk segment` makes one", "name a .ilk file or a study's folder"),
        ("If it is the rows you want to put into segments, --id A says so.", "Else it is the rows that are segmented."),
        ("Bring it with --survey instead, which puts", "Remove it and bring it as “Answers” instead, which puts"),
        ("a b-k c --idle var(--where)", "a b-k c --idle var(--where)"),
        ("of fewer than 10 (--min-group)", "of fewer than 10 (“Fewest customers a figure is about”)"),
        ("ask for at most 4 with -k", "ask for at most 4 under “How many segments”"),
        ("name another with --out, or add --force", "choose another “Folder for the study”"),
        ("take --method kmeans, latent or mixture", "take “Method” k-means, latent classes or mixture"),
        (
            "--weight orders=2 makes more of it, --by orders all.",
            "a “Weight” of 2 makes more of it, and “Segments are made by” orders all.",
        ),
        ("a date; --role 'joined=number' would build with it", "a date; number under “Read as” would build with it"),
        (
            "say which column is what with --role 'a b.COLUMN=customer' and the like",
            "choose it under “What was recognised in a b”",
        ),
        (
            "min-share: '9x' is no share; k: 'x' is not",
            "“Smallest segment, as a share”: '9x' is no share; “How many segments”: 'x' is not",
        ),
    ],
)
def test_flags_are_the_fields_of_the_app(told, shown):
    assert in_app(told) == shown


def test_a_log_brought_as_customers_is_told_which_answer_to_give():
    told = in_app(str(repeated_ids("a b", 7, 9)))
    assert "--" not in told
    assert "say under “What is one row?” that it is an order or a visit" in told


def test_no_text_of_the_package_reaches_the_app_with_a_flag():
    """Every text there is, as it would be shown; whoever writes a new one with a flag learns here how it reads."""
    found = {at: text for at, text in all_texts() if FLAG.search(text) and not text.startswith(ONE_ENGINE)}
    assert len(found) > 50, "the texts are no longer found"
    left = {at: in_app(text) for at, text in found.items() if FLAG.search(in_app(text))}
    assert not left


def test_what_a_field_says_of_itself_names_no_flag():
    assert not [name for name in (*LABELS, "role", "missing", "labels", "weight") if FLAG.search(about(name))]


def test_a_drawing_keeps_its_colours():
    html = '<p style="color: var(--by)" title="--by">choose with --by</p>'
    assert in_drawing(html) == f'<p style="color: var(--by)" title="--by">choose under “{FIELDS["--by"]}”</p>'


def test_a_drawing_is_read_as_its_reader_does():
    """Quotation marks are written otherwise in HTML, and what is more than text stays as it is."""
    html = (
        "<li>a &lt;b&gt;; left out: &#39;x&#39;. Say otherwise with --role &#39;p.COLUMN=topic&#39; and the like.</li>"
    )
    assert in_drawing(html) == "<li>a &lt;b&gt;; left out: &#x27;x&#x27;.</li>"
