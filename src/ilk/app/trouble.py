"""What people see when something goes wrong: a sentence, never a stack trace."""

from __future__ import annotations

import re
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ilk.app.flags import in_app
from ilk.errors import IlkError

_ADDRESS = re.compile(r"(?<=[a-z]:)(?=//)|(?<=www)(?=\.)|(?<=\w)(?=@)", re.IGNORECASE)
"""Where an address would be made a link, escaped or not: a word joiner there, which nobody sees, keeps it a text."""


_MARKS = re.compile(r"[\\`*\[~$<]|:\w|(?<!\w)_|_(?!\w)")
"""What would become bold, a link, a formula, a colour or an icon in a label; brackets and names_like_this do not."""


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
