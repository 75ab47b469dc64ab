"""What people write about: topics learnt from their words, applied to any text as one linear map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ilk.sources.evidence import Block
from ilk.sources.factors import Matrix, factorise, how_many, names_of, shares_of
from ilk.sources.texts.words import languages_of, stop_words_of, telling, words_in

MOST_WORDS = 5_000
"""Words that are kept, those of most customers."""

MOST_TOPICS = 12
"""More topics of one column of texts than a person reads."""

MOST_HAVE = 0.5
"""A word that a larger share of customers uses tells nobody from anybody."""

FEWEST_KNOWN = 2
"""Known words without which nothing can be said of a text."""

STEM = 4
"""Letters by which two words of the name of a topic may not both begin."""

DIGITS = 5
"""Decimals of the map that are kept."""


@dataclass(frozen=True, slots=True)
class TextPlan:
    """Words and the map from them to topics; every word was used by customers enough.

    Args:
        words: In alphabetical order.
        idf: Weight of each word, higher for the rarer.
        map: Topics of each word: a unit row of tf-idf times this is how much of each topic a text has.
        names: Of the topics, made of their heaviest words.
        languages: Whose stop words were left out.
    """

    words: tuple[str, ...]
    idf: tuple[float, ...]
    map: tuple[tuple[float, ...], ...]
    names: tuple[str, ...]
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextColumn:
    """How a column of texts became columns of topics; no customer's text is in it.

    Args:
        column: Its name in the table.
        block: The source it came from.
        plan: The words, and the map from them to topics.
        names: Of the columns of topics in the table.
    """

    column: str
    block: Block
    plan: TextPlan
    names: tuple[str, ...]


def learn_topics(texts: Sequence[str], *, least: int, seed: int = 0) -> TextPlan | None:
    """Return the topics of texts, one text a customer, in an order that does not depend on that of the file.

    tf-idf with 1 + ln tf and 1 + ln((1 + n) / (1 + n_w)), rows of length one, factorised into non-negative topics; the
    map is the pseudo-inverse of these, so that a text is scored without the factorisation.

    Args:
        texts: What each customer wrote; blank where that is nothing.
        least: Customers a word needs.
        seed: Of the factorisation.

    Returns:
        None where there are too few customers or words for two topics.

    Source: Lee & Seung (1999), Nature 401; scikit-learn's NMF.
    """
    documents = [words for words in map(words_in, texts) if words]
    languages = languages_of(documents)
    stop = stop_words_of(languages)
    users = Counter(word for words in documents for word in set(words) if telling(word, stop))
    able = [word for word, n in users.items() if least <= n <= MOST_HAVE * len(documents)]
    words = tuple(sorted(sorted(able, key=lambda word: (-users[word], word))[:MOST_WORDS]))
    k = how_many(MOST_TOPICS, len(documents), len(words))
    if k < 2:
        return None
    idf = tuple(round(1.0 + np.log((1 + len(documents)) / (1 + users[word])), DIGITS) for word in words)
    topics = factorise(_rows(documents, words, idf), k, seed)
    inverse = np.linalg.solve(topics @ topics.T, topics).T
    rounded = np.round(inverse, DIGITS) + 0.0
    return TextPlan(words, idf, tuple(map(tuple, rounded.tolist())), names_of(topics, words, stem=STEM), languages)


def _rows(documents: Sequence[Sequence[str]], words: Sequence[str], idf: Sequence[float]) -> Any:
    from scipy.sparse import csr_matrix

    at, weights = {word: i for i, word in enumerate(words)}, np.asarray(idf)
    found = [_row(text, at, weights) for text in documents]
    found = [(places, values) for places, values in found if len(places) >= FEWEST_KNOWN]
    starts = np.cumsum([0, *(len(places) for places, _ in found)])
    places = np.concatenate([places for places, _ in found])
    values = np.concatenate([values for _, values in found])
    return csr_matrix((values, places, starts), shape=(len(found), len(words)))


def _row(text: Sequence[str], at: Mapping[str, int], idf: Matrix) -> tuple[npt.NDArray[np.int64], Matrix]:
    """The known words of a text and their tf-idf, a row of length one."""
    known = np.array([at[word] for word in text if word in at], np.int64)
    places, times = np.unique(known, return_counts=True)
    values = (1.0 + np.log(times)) * idf[places]
    return places, values / max(float(np.sqrt((values**2).sum())), np.finfo(float).tiny)


def score_texts(plan: TextPlan, texts: Sequence[str]) -> Matrix:
    """Return the share of each topic in each text, shape (n, topics): rows add up to one, or are nought.

    A row is nought where too few words are known.
    """
    at = {word: i for i, word in enumerate(plan.words)}
    idf, mapped = np.asarray(plan.idf), np.asarray(plan.map)
    shares = np.zeros((len(texts), len(plan.names)))
    for i, text in enumerate(texts):
        places, values = _row(words_in(text), at, idf)
        if len(places) >= FEWEST_KNOWN:
            shares[i] = shares_of(values @ mapped[places])
    return shares
