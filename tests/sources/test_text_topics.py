"""What people write becomes topics: words that enough of them use, learnt once, applied as one map."""

from __future__ import annotations

import csv
import random
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest
from pydantic import BaseModel, ConfigDict
from sklearn.feature_extraction.text import TfidfVectorizer

from ilk.settings import Settings
from ilk.sources.activity.read import read_activity
from ilk.sources.texts.stop_words import STOP_WORDS, TALK
from ilk.sources.texts.topics import MOST_TOPICS, MOST_WORDS, TextPlan, _row, learn_topics, score_texts
from ilk.sources.texts.words import languages_of, words_in
from ilk.sources.texts.written import written_in

FOOD = ["bread", "butter", "cheese", "oven", "recipe", "kitchen", "flour", "sugar", "baking", "dinner"]
SPORT = ["match", "goal", "striker", "league", "referee", "stadium", "coach", "training", "penalty", "trophy"]
MUSIC = ["guitar", "drummer", "melody", "concert", "lyrics", "chorus", "album", "singer", "rhythm", "piano"]


def people(n=300, seed=0):
    """A third write of food, of sport, of music; each sentence in English around the words."""
    rng = random.Random(seed)
    kinds = [FOOD, SPORT, MUSIC]
    return [" ".join(f"and then the {rng.choice(kinds[i % 3])} was there for us" for _ in range(12)) for i in range(n)]


@pytest.fixture(scope="module")
def plan():
    return learn_topics(people(), least=10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Verbs & <b>nouns</b>: <a href='https://x.org/a?b=1'>l&#39;articolo</a>!",
            ["verbs", "nouns", "l", "articolo"],
        ),
        ("Mail me: ann.lee@example.com, see http://a.b/c?d www.e.f/g @ann_lee", ["mail", "me", "see"]),
        ("In 1999 the R2D2 cost 12,50 € 🎉🎉", ["in", "the", "cost"]),
        ("perché\nÈ già caffé", ["perché", "è", "già", "caffé"]),
        ("e\u0301tude", ["étude"]),
        ("'); DROP TABLE people; --", ["drop", "table", "people"]),
        ("x" * 100_000, []),
        ("<" * 5_000, []),
        ("", []),
    ],
)
def test_words(text, words):
    """Markup, addresses, names that are called, numbers and emoji are no words; whatever is written stays text."""
    assert words_in(text) == words


def test_a_post_of_a_hundred_thousand_letters():
    """However long, it is its words."""
    assert words_in("parola <i>word</i> " * 6_000) == ["parola", "word"] * 6_000


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("English", "The first thing that you should do is to ask who was there"),
        ("Italian", "La prima cosa che si deve fare è chiedere chi era con te"),
        ("German", "Das erste, was man tun sollte, ist zu fragen, wer da war"),
        ("French", "La première chose que vous devez faire est de demander qui était là"),
        ("Spanish", "Lo primero que hay que hacer es preguntar quién estaba con ellos"),
        ("Portuguese", "A primeira coisa que você não pode fazer é perguntar quem estava com ela"),
        ("Dutch", "Het eerste wat je moet doen is vragen wie er was met hem"),
    ],
)
def test_languages(language, text):
    """A language is told by its smallest words; what is in none is in none."""
    assert languages_of([words_in(text)]) == (language,)
    assert languages_of([words_in("xyzzy plugh")]) == ()


def test_a_rare_language_is_not_one_of_theirs():
    """One text in a hundred does not bring its stop words."""
    english, german = words_in("this is what they were about"), words_in("das ist nicht für dich")
    assert languages_of([english] * 99 + [german]) == ("English",)
    assert languages_of([english] * 60 + [german] * 40) == ("English", "German")


def test_stop_words_are_words():
    """Small letters, none twice in what `words_in` makes of them."""
    for words in (*STOP_WORDS.values(), *TALK.values()):
        assert all(words_in(word) == [word] for word in words)
    assert STOP_WORDS.keys() == TALK.keys()
    assert all(STOP_WORDS[name].isdisjoint(TALK[name]) for name in TALK)


def test_thanking_and_answering_are_no_topics():
    """Whatever people write about, they greet and thank; by that nobody is told from anybody."""
    polite = [f"hello {' '.join(FOOD[i % 3 : i % 3 + 4])} thanks for the answer, good question" for i in range(60)]
    sporty = [f"hi {' '.join(SPORT[i % 3 : i % 3 + 4])} thank you, I think that is right" for i in range(60)]
    plan = learn_topics(polite + sporty, least=10)
    assert set(plan.words) <= set(FOOD + SPORT)


def test_planted_topics_are_found(plan):
    """Three ways to write give topics of which each is about one of them, named by its words."""
    kinds = [set(FOOD), set(SPORT), set(MUSIC)]
    assert plan.languages == ("English",)
    assert set(plan.words) == set(FOOD + SPORT + MUSIC)
    assert all(any(set(name.split("/")) <= kind for kind in kinds) for name in plan.names)
    shares = score_texts(plan, people(seed=1))
    about = np.array([next(i for i, kind in enumerate(kinds) if name.split("/")[0] in kind) for name in plan.names])
    right = [shares[i, about == i % 3].sum() for i in range(300)]
    assert np.mean(right) > 0.95


def test_shares_add_up(plan):
    """The topics of a text are shares of it in steps of 2^-16; of a text with fewer than two known words they are 0."""
    shares = score_texts(plan, [*people(20), "nothing of this is known", "bread", ""])
    assert np.abs(shares[:20].sum(axis=1) - 1).max() <= len(plan.names) / 65_536
    assert (shares * 65_536 == np.floor(shares * 65_536)).all()
    assert not shares[20:].any()


def test_rows_are_those_of_scikit_learn(plan):
    """tf-idf with 1 + ln tf, smooth idf, rows of length one."""
    texts = people()
    peer = TfidfVectorizer(vocabulary=list(plan.words), sublinear_tf=True).fit(texts)
    assert np.allclose(peer.idf_, plan.idf, atol=1e-5)
    at = {word: i for i, word in enumerate(plan.words)}
    for text, row in zip(texts[:20], peer.transform(texts[:20]).toarray(), strict=True):
        places, values = _row(words_in(text), at, np.asarray(plan.idf))
        assert np.allclose(row[places], values, atol=1e-5)
        assert np.count_nonzero(row) == len(places)


def test_a_word_of_few_is_not_kept():
    """What nine people write stands nowhere in the plan, what ten write may."""
    texts = people()
    for i in range(9):
        texts[i] += " secretword secretword"
    for i in range(10):
        texts[i] += " sharedword sharedword"
    found = learn_topics(texts, least=10)
    assert "secretword" not in repr(asdict(found))
    assert "sharedword" in found.words


def test_too_little_to_learn():
    """Few people, one word, no words, nothing at all: no topics rather than noise."""
    for texts in (people(60), ["bread"] * 500, ["12 34 !!"] * 500, [""] * 500, []):
        assert learn_topics(texts, least=10) is None


def test_limits_are_kept():
    """However many words and people there are, a plan has at most 5,000 words and 12 topics."""
    rng = random.Random(3)
    letters = "abcdefghij"
    vocabulary = ["".join(letters[int(c)] for c in f"{i:05}") for i in range(6_000)]
    texts = [" ".join(rng.sample(vocabulary, 60)) for _ in range(2_000)]
    found = learn_topics(texts, least=10)
    assert (len(found.words), len(found.names)) == (MOST_WORDS, MOST_TOPICS)
    assert len(set(found.names)) == MOST_TOPICS


def test_a_column_of_texts_whatever_its_order():
    """Rows in another order give the same topics and the same shares; a blank is missing, not nought."""
    texts = [*people(), None, "  "]
    first = written_in(pa.chunked_array([texts]), None, least=10)
    assert np.isnan(first.amounts[-2:]).all()
    order = random.Random(5).sample(range(len(texts)), len(texts))
    again = written_in(pa.chunked_array([[texts[i] for i in order]]), None, least=10)
    assert again.plan == first.plan
    assert np.array_equal(again.amounts, first.amounts[order], equal_nan=True)
    assert written_in(pa.chunked_array([["x"]]), None, least=10) is None
    assert np.array_equal(
        written_in(pa.chunked_array([texts]), first.plan, least=10).amounts, first.amounts, equal_nan=True
    )


class Kept(BaseModel):
    """A model file checks its parts as strictly."""

    model_config = ConfigDict(strict=True, extra="forbid")
    plan: TextPlan


def test_the_plan_goes_through_json(plan):
    """And scores as before."""
    assert Kept.model_validate_json(Kept(plan=plan).model_dump_json()).plan == plan


def test_posts_of_one_customer_are_put_together(tmp_path):
    """Three posts about music count three; the order of the log does not matter; a plan scores without learning."""
    texts = people()
    rows = [(f"u{i:03}", text, "2024-01-01") for i, text in enumerate(texts) for _ in range(1 + i % 3)]
    random.Random(2).shuffle(rows)
    names = ["author", "body", "posted"]
    first = read_activity(pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), Settings())
    assert first.plan.parts.texts == ("body",)
    totals = dict(zip(first.table["author"].to_pylist(), first.table["activity"].to_pylist(), strict=True))
    written = np.array([first.table[name].to_pylist() for name in first.plan.text_columns]).sum(axis=0)
    assert np.abs(written - list(totals.values())).max() < 0.001
    random.Random(4).shuffle(rows)
    log = pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))
    again = read_activity(log, Settings())
    assert again.plan == first.plan
    assert again.table.sort_by("author") == first.table.sort_by("author")
    assert read_activity(log, Settings(), first.plan).table == again.table


def test_real_posts(data):
    """Posts in two languages: HTML is no word, both languages' stop words are left out, topics are named."""
    found = read_activity(data / "social/posts.csv", Settings())
    text = found.plan.text
    assert text.languages == ("English", "Italian")
    assert len(text.names) == len(found.plan.text_columns) == 4
    assert not {"href", "blockquote", "strong", "http", "che", "non", "the", "quot"} & set(text.words)
    with (data / "social/posts.csv").open(encoding="utf-8", newline="") as handle:
        wrote: dict[str, str] = {}
        for post in csv.DictReader(handle):
            wrote[post["owner_user_id"]] = (
                wrote.get(post["owner_user_id"], "") + "\n" + post["title"] + "\n" + post["body"]
            )
    used = [set(words_in(text)) for text in wrote.values()]
    users = {word: sum(word in words for words in used) for word in text.words}
    assert min(users.values()) >= 10
    assert found.table.column_names[-4:] == list(found.plan.text_columns)
