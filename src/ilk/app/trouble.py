"""What people see when something goes wrong: a sentence, never a stack trace."""

from __future__ import annotations

import re
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ilk.app.asking import LABELS
from ilk.errors import IlkError

_ADDRESS = re.compile(r"(?<=[a-z]:)(?=//)|(?<=www)(?=\.)|(?<=\w)(?=@)", re.IGNORECASE)
"""Where an address would be made a link, escaped or not: a word joiner there, which nobody sees, keeps it a text."""


_MARKS = re.compile(r"[\\`*\[~$<]|:\w|(?<!\w)_|_(?!\w)")
"""What would become bold, a link, a formula, a colour or an icon in a label; brackets and names_like_this do not."""

ROW = "What is one row?"
"""What New study asks first of a table."""

_QUOTE = "(?:'|&#39;)"
_BLANK = "A blank means"
_FLAGS = (
    (
        r"name the columns that identify customers: --id, and --role (.+?)[.]COLUMN=customer",
        rf"choose the column that identifies customers under “{LABELS['id']}”, and under “Who” for \1",
    ),
    (r"name it with --role '(.+?)[.]COLUMN=\w+'", r"choose it under “What was recognised in \1”"),
    (r"; --reverse turns them", f"; “{LABELS['reverse']}” turns them"),
    (r"; --join-ids folded takes no notice of case and blanks", f"; see “{LABELS['join_ids']}”"),
    (r"\. Say otherwise with --role '[^']+'(?: and the like| or ignore)", ""),
    (
        r"bring it with --orders or --activity instead, [^;]+; or make it so with --query .+ --id",
        f"say under “{ROW}” that it is an order or a visit, or choose another column under “{LABELS['id']}”",
    ),
    (r"Bring it with --orders or --activity instead, which make one row a customer", f"Say so under “{ROW}”"),
    (r"If it is the rows you want to put into segments, --id .+? says so\.", "Else it is the rows that are segmented."),
    (r"Bring it with --survey instead, which", "Remove it and bring it as “Answers” instead, which"),
    (r"name that column with --id", f"name it under “{LABELS['id']}”"),
    (rf"\b(?:say|use) --missing {_QUOTE}(.+?)=(\w+){_QUOTE}", rf"choose \2 under “{_BLANK}” for \1"),
    (rf", or {_QUOTE}[^'&=]+=(zero|flag|skip){_QUOTE}", r", or \1"),
    (r"\bwith --id\b", f"under “{LABELS['id']}”"),
    (r"--id names another column", f"choose another under “{LABELS['id']}”"),
    (r"\b(check|and) --where\b", rf"\1 “{LABELS['where']}”"),
    (r"\bthe path given with --labels\b", "what stands under “Words for it”"),
    (r"(?<=[\s(])-k(?=[\s).,])", f"“{LABELS['k']}”"),
    (r"; `ilk [^`]+` makes one", ""),
    (r"`ilk segment` or Model\.save wrote", "ilk wrote"),
    (r"the folder that `ilk segment` made", "the folder of the study"),
    (r"run `ilk segment` again", "make the study anew"),
    (r" Do: see `ilk segment --help`[^.]*\.", ""),
    (r" with `ilk show`", ""),
    (r", with --reason\b", " under “Why”"),
    (r"; change a model with `ilk edit`", ""),
)
"""What the package says of its flags and commands, and how the app's own fields are called."""


def in_app(text: str) -> str:
    """A message of the package in the words of the app: who is here has fields, not flags."""
    for pattern, words in _FLAGS:
        text = re.sub(pattern, words, text)
    return text


def said(text: str) -> str:
    """A message of the package as it is shown here."""
    return plain(in_app(text))


def plain(text: str) -> str:
    """A text as it is, where Streamlit would take marks in it for bold, a link, a formula or an icon."""
    text = _ADDRESS.sub("\N{WORD JOINER}", text)
    return re.sub(r"([\\`*_{}\[\]()#+!|~$<>:])", r"\\\1", text)


def as_label(text: str) -> str:
    """A text as the label of a widget: escaped only where it must be, because readers of screens hear the escapes."""
    return plain(text) if _MARKS.search(text) or _ADDRESS.search(text) else text


@contextmanager
def told() -> Iterator[None]:
    """Show what the user has to change as a message in its place."""
    try:
        yield
    except IlkError as error:
        st.error(said(str(error)), icon=":material/error:")


def tell_trouble(error: Exception) -> bool:
    """Show an error that no page caught; ours are kept in a file for whoever looks after the app."""
    if isinstance(error, IlkError):
        st.error(said(str(error)), icon=":material/error:")
        return True
    with tempfile.NamedTemporaryFile("w", prefix="ilk-fault-", suffix=".txt", delete=False) as report:
        report.write("".join(traceback.format_exception(error)))
    st.error(
        f"This is our fault, not yours. What happened is in {report.name} on the machine that runs the app; please "
        "send it to us.",
        icon=":material/error:",
    )
    return True
