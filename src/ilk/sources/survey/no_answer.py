"""What stands in a questionnaire for "no answer", in words and in numbers; and lines that only add up the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ilk.figures import few
from ilk.sources.landing import Landing, position
from ilk.sources.names import words_of
from ilk.sources.sandbox import Sandbox, literal
from ilk.sources.scale_words import plain
from ilk.sources.source import Note
from ilk.sources.spoiled import HANDFUL


def _texts(text: str) -> frozenset[str]:
    return frozenset(plain(each) for each in text.split("|"))


WORDS = _texts(
    "don't know|dont know|do not know|i don't know|i do not know|dk|d/k|dk/na|don't know / no answer|"
    "don't know/no answer|no answer|no response|refused|refuse to answer|declined|declined to answer|prefer not to say|"
    "prefer not to answer|i prefer not to say|i'd rather not say|rather not say|rather not answer|not applicable|"
    "does not apply|doesn't apply|no opinion|can't say|cannot say|not answered|skipped|missing|not stated|"
    "weiß nicht|weiss nicht|weiß ich nicht|keine angabe|keine angaben|k.a.|k. a.|keine antwort|keine meinung|"
    "möchte ich nicht sagen|möchte ich nicht beantworten|will ich nicht sagen|verweigert|nicht beantwortet|"
    "entfällt|nicht zutreffend|kann ich nicht sagen|kann ich nicht beurteilen|weiß nicht / keine angabe|"
    "ne sait pas|ne sais pas|je ne sais pas|nsp|nsp/nr|sans réponse|pas de réponse|sans opinion|sans avis|refus|"
    "refuse de répondre|ne souhaite pas répondre|je préfère ne pas répondre|préfère ne pas répondre|non concerné|"
    "no sabe|no contesta|no sabe/no contesta|no sabe / no contesta|ns/nc|no sé|no lo sé|sin respuesta|sin opinión|"
    "prefiero no contestar|prefiero no responder|prefiero no decirlo|no responde|no aplica|no procede|"
    "non so|non sa|non lo so|non risponde|non sa/non risponde|nessuna risposta|preferisco non rispondere|"
    "preferisco non dirlo|senza opinione|nessuna opinione|non applicabile|"
    "weet niet|weet ik niet|ik weet het niet|geen antwoord|geen mening|geen opgave|wil niet zeggen|"
    "wil ik niet zeggen|zeg ik liever niet|wil niet antwoorden|niet van toepassing|n.v.t.|weigert"
)
"""Answers that say that there is none, as `plain` writes them; "not sure" is a step of some scales and stays."""

BELOW = (-1.0, -6.0, -7.0, -8.0, -9.0, -66.0, -77.0, -88.0, -95.0, -96.0, -97.0, -98.0, -99.0, -998.0, -999.0, -9999.0)
"""Codes for no answer where everything else is 0 or more."""

ABOVE = (66.0, 77.0, 88.0, 96.0, 97.0, 98.0, 99.0, 777.0, 888.0, 997.0, 998.0, 999.0, 9998.0, 9999.0, 99999.0)
"""Codes for no answer where everything else is steps of a scale, or far below."""

HIGHEST_STEP = 11.0
FAR = 5.0
"""A code is this many times what is highest otherwise (rule of thumb)."""

MOST_DIFFERENT = 2_000
"""A column of more different values is no question with steps; only its words are looked at."""

LAST = 10
"""Records at the end among which lines that add up are looked for."""

TOTALS = _texts(
    "total|totals|grand total|sum|average|mean|count|gesamt|summe|insgesamt|mittelwert|durchschnitt|anzahl|"
    "total général|somme|moyenne|suma|promedio|media|totale|somma|totaal|som|gemiddelde|n|base|basis"
)
"""What the first cell of a line says that adds up the others."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What means no answer in one column: texts as they stand, plain words, how many cells."""

    texts: tuple[str, ...]
    counted: Counter[str]


def without_no_answers(sandbox: Sandbox, landing: Landing) -> Landing:
    """Return the landing with cells that say "no answer" blank, without lines at its end that add up the others.

    What was read as no answer is counted in the notes.
    """
    landing = _without_totals(sandbox, _without_blanks(sandbox, landing))
    found = [_find(sandbox, landing, i) for i in range(len(landing.names))]
    counted: Counter[str] = sum((each.counted for each in found), Counter())
    if not counted:
        return landing
    table = "answers_landed"
    cells = (_blanked(i, each.texts) for i, each in enumerate(found))
    sandbox.run(f"CREATE TABLE {table} AS SELECT {', '.join(cells)} FROM {landing.relation}")
    return replace(landing, relation=table, is_table=True, sample=None, notes=(*landing.notes, _note(counted)))


def _find(sandbox: Sandbox, landing: Landing, i: int) -> _Found:
    """Look at the different texts of a column, those that most gave first."""
    at = position(i)
    values = sandbox.rows(
        f"SELECT v, count(*) AS n FROM (SELECT CAST({at} AS VARCHAR) AS v FROM {landing.relation}) "
        f"WHERE v IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT {MOST_DIFFERENT}"
    )
    texts = {str(text): int(n) for text, n in values}
    words = {text: plain(text) for text in texts if plain(text) in WORDS}
    is_question = len(texts) < MOST_DIFFERENT and max(texts.values(), default=0) > 1
    codes = {} if not is_question else codes_of([text for text in texts if text not in words])
    counted: Counter[str] = Counter()
    for text, said in {**words, **codes}.items():
        counted[said] += texts[text]
    return _Found((*words, *codes), counted)


def codes_of(texts: Sequence[str]) -> dict[str, str]:
    """Return the texts that are numbers no answer can be, and how to tell of them."""
    values = {text: value for text in texts if (value := _number(text)) is not None}
    rest = [value for value in values.values() if value not in BELOW and value not in ABOVE]
    if len(values) < len([text for text in texts if text.strip()]) or len(set(rest)) < 2:
        return {}
    low, high = min(rest), max(rest)
    steps = high <= HIGHEST_STEP and all(value == int(value) for value in rest)
    below = {text: value for text, value in values.items() if value in BELOW and low >= 0 and (value < -1 or steps)}
    above = {text: value for text, value in values.items() if value in ABOVE and value > high}
    above = above if steps else {text: value for text, value in above.items() if value > FAR * high}
    return {text: f"{value:.0f}" for text, value in {**below, **above}.items()}


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _blanked(i: int, texts: Sequence[str]) -> str:
    at = position(i)
    if not texts:
        return at
    listed = ", ".join(map(literal, texts))
    return f"CASE WHEN list_contains([{listed}], CAST({at} AS VARCHAR)) THEN NULL ELSE {at} END AS {at}"


def _note(counted: Counter[str]) -> Note:
    told = [
        f"{word!r} ({few(n, HANDFUL)})" for word, n in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    ]
    return Note(
        "no-answers", f"Read as no answer: {', '.join(told[:HANDFUL])}{' and more' if len(told) > HANDFUL else ''}"
    )


def _without_blanks(sandbox: Sandbox, landing: Landing) -> Landing:
    """Leave out the blank lines of a sheet, which would stand among the ids; those of a text file did not land."""
    if landing.blanks_count or landing.locate is not None:
        return landing
    filled = " OR ".join(f"trim(coalesce(CAST({position(i)} AS VARCHAR), '')) <> ''" for i in range(len(landing.names)))
    (kept,) = sandbox.row(f"SELECT count(*) FROM {landing.relation} WHERE {filled}")
    if kept == landing.rows:
        return landing
    sandbox.run(f"CREATE TABLE filled_only AS SELECT * FROM {landing.relation} WHERE {filled}")
    n = landing.rows - kept
    return replace(landing, relation="filled_only", is_table=True, sample=None, rows=kept, skipped=landing.skipped + n)


def _without_totals(sandbox: Sandbox, landing: Landing) -> Landing:
    """Leave out lines at the end whose first cell says that they add up the others."""
    cells = ", ".join(f"CAST({position(i)} AS VARCHAR)" for i in range(len(landing.names)))
    start = max(0, landing.rows - LAST)
    found = sandbox.rows(f"SELECT {cells} FROM {landing.relation} LIMIT {LAST} OFFSET {start}")
    n = 0
    for i, cells_of in enumerate(reversed(found), 1):
        first = next((plain(cell) for cell in cells_of if cell and cell.strip()), "")
        if first in TOTALS and " ".join(words_of(landing.names[0])) not in TOTALS:
            n = i
        elif first:
            break
    if not n:
        return landing
    kept = landing.rows - n
    sandbox.run(f"CREATE TABLE answers_only AS SELECT * FROM {landing.relation} LIMIT {kept}")
    lines = (
        "1 line at the end adds up the others and is" if n == 1 else f"{n} lines at the end add up the others and are"
    )
    note = Note("totals", f"{lines} left out")
    return replace(
        landing,
        relation="answers_only",
        is_table=True,
        sample=None,
        rows=kept,
        skipped=landing.skipped + n,
        notes=(*landing.notes, note),
    )
