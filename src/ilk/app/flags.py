"""Messages of the package in the words of the app: who is here has fields, not flags."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from ilk.app.asking import LABELS, METHODS
from ilk.app.beside import KINDS
from ilk.settings import Settings

ROW = "What is one row?"
"""What New study asks first of a table."""

FOLDER = "Folder for the study"
"""What New study asks last."""

READ_AS, BLANK, WORDS, USE, WEIGHT, WHY = "Read as", "A blank means", "Words for it", "Use", "Weight", "Why"
"""Columns of New study's table, and what is asked of every change."""

RECOGNISED = "What was recognised in"
"""Before the name of a file, of which New study asks which column is what."""

BLANKS = {"skip": "not known", "zero": "none", "flag": "a fact itself"}
"""What a blank may mean, as New study's table says it."""

_ID = LABELS["id"]


def flag_of(name: str) -> str:
    """What a setting is called on the command line."""
    extra = Settings.model_fields[name].json_schema_extra
    return str(extra["flag"]) if isinstance(extra, dict) else ""


FIELDS = {
    **{flag_of(name): label for name, label in LABELS.items()},
    "--role": READ_AS,
    "--missing": BLANK,
    "--labels": WORDS,
    "--ignore": USE,
    "--descriptor": USE,
    "--weight": WEIGHT,
    "--reason": WHY,
    "--out": FOLDER,
    "--activity": KINDS["activity"],
    "--survey": KINDS["survey"],
    "--orders": KINDS["orders"],
}
"""Flag -> the field of the app that says the same."""

_SAID = (
    (
        r"bring it with --orders or --activity instead, [^;]+; or make it so with --query .+ --id",
        f"say under “{ROW}” that it is an order or a visit, or choose another column under “{_ID}”",
    ),
    (r"Bring it with --orders or --activity instead, which make one row a customer", f"Say so under “{ROW}”"),
    (r"If it is the rows you want to put into segments, --id .+? says so\.", "Else it is the rows that are segmented."),
    (r"Bring it with --survey instead, which", f"Remove it and bring it as “{KINDS['survey']}” instead, which"),
    (
        r"name the columns that identify customers: --id, and --role (.+?)[.]COLUMN=customer",
        rf"choose the column that identifies customers under “{_ID}”, and under “Who” for \1",
    ),
    (r"; --join-ids folded takes no notice of case and blanks", f"; see “{LABELS['join_ids']}”"),
    (r"the path given with --labels", f"what stands under “{WORDS}”"),
    (
        r"--labels brings the groups of its columns, and --activity, --survey and --orders bring what they are called",
        "a file of words for the columns names groups, and what lies beside the customers is called what it is",
    ),
    (r"\. Say otherwise with --role '[^']+'(?: and the like| or ignore)", ""),
    (
        r"(?:name (?:it|the customer)|say which column is what) with --role '([^']+?)[.]COLUMN=\w+'",
        rf"choose it under “{RECOGNISED} \1”",
    ),
    (r"” and the like", "”"),
    (r"((?:--role '[^']+[.]COLUMN=\w+' ?)+)", f"choose under “{RECOGNISED}” that file"),
    (r"--role '(.+?)=(\w+)' would build", rf"\2 under “{READ_AS}” would build"),
    (r"such as --role COLUMN=(\w+)", rf"such as \1, under “{READ_AS}”"),
    (r"--role COLUMN=(\w+) says which", rf"\1 under “{READ_AS}” says which"),
    (r"--role (.+?)=(\w+): ", rf"“{READ_AS}” \2 of \1: "),
    *(
        (rf"\b(?:say|use) --missing '(.+?)={kind}'", rf"choose “{words}” under “{BLANK}” for \1")
        for kind, words in BLANKS.items()
    ),
    *((rf", or '[^'=]+={kind}'", f", or “{words}”") for kind, words in BLANKS.items()),
    (
        r"--weight (\w+)=(\d+) makes more of it, --by \w+ all",
        rf"a “{WEIGHT}” of \2 makes more of it, and “{LABELS['by']}” \1 all",
    ),
    (r"--by (\w+) lets", rf"\1 under “{LABELS['by']}” lets"),
    (r"or --ignore the others", f"or take the others out under “{USE}”"),
    (r"leave the weights out with --ignore", f"take the weights out under “{USE}”"),
    (r"--id names another column", f"choose another under “{_ID}”"),
    (r"(?:name another(?: folder)?|choose another folder) with --out", f"choose another “{FOLDER}”"),
    (r"name the folder itself: --out ", "name the folder itself: "),
    (r",? (?:or|and) add --force\b[^;.]*", ""),
    (r"; `ilk [^`]+` makes one", ""),
    (r"; `ilk demo` shows it on a made-up world", ""),
    (r"ilk segment customers\.csv, or name", "bring customers, or name"),
    (r"`ilk segment` or Model\.save wrote", "ilk wrote"),
    (r"the folder that `ilk segment` made", "the folder of the study"),
    (r"run `ilk segment` again", "make the study anew"),
    (r" Do: see `ilk segment --help`[^.]*\.", ""),
    (r"; `ilk show` says what", "; the page Data says what"),
    (r" with `ilk show`", ""),
    (r" with the version that `ilk --version` prints", ""),
    (r", for `ilk assign`", ""),
    (r", with --reason\b", f" under “{WHY}”"),
    (r"; change a model with `ilk edit`", ""),
)
"""What the package says of several flags, or of its commands, in the words of the app."""


def in_app(text: str) -> str:
    """A message of the package as one says it here; flags it names become the names of fields."""
    for pattern, words in _SAID:
        text = re.sub(pattern, words, text)
    for flag, said in _FLAGS:
        text = flag.sub(said, text)
    return text


def in_drawing(html: str) -> str:
    """The same for HTML of our templates: only what is read, not what it looks like."""
    return re.sub(r"(?<=>)[^<>]+(?=<)", lambda found: escape(in_app(unescape(found[0]))), html)


def _method(found: re.Match[str]) -> str:
    named = re.sub(r"\w+", lambda word: METHODS.get(word[0], word[0]), found["named"])
    return f"“{LABELS['method']}” {named}"


def _field(found: re.Match[str]) -> str:
    return f"{'under ' * bool(found['with'])}“{FIELDS[found['flag']]}”"


def _setting(found: re.Match[str]) -> str:
    return f"“{_BY_NAME[found[0]]}”"


_BY_NAME = {flag.lstrip("-"): label for flag, label in FIELDS.items()}
_KIND = "|".join(METHODS)
_FLAGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"--method (?P<named>(?:{_KIND})(?:, (?:{_KIND}))*(?: or (?:{_KIND}))?)\b"), _method),
    (
        re.compile(
            r"(?P<with>\bwith )?(?<![\w-])(?<!var\()(?P<flag>"
            + "|".join(re.escape(flag) for flag in sorted(FIELDS, key=len, reverse=True))
            + r")(?![\w:-])"
        ),
        _field,
    ),
    (re.compile(rf"(?:^|(?<=; ))(?:{'|'.join(_BY_NAME)})(?=: )"), _setting),
)
"""Flags that stand alone."""
