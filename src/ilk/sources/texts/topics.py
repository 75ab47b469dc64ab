"""What people write about: topics learnt from their words, applied to any text as one linear map."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ilk.sources.evidence import Block
from ilk.sources.texts.words import languages_of, stop_words_of, telling, words_in

Matrix = npt.NDArray[np.float64]

MOST_WORDS = 5_000
"""Words that are kept, those of most customers."""

MOST_TOPICS = 12
"""More topics of one column of texts than a person reads."""

CUSTOMERS_A_TOPIC = 50
"""Customers needed for each topic (rule of thumb)."""

WORDS_A_TOPIC = 5
"""Words needed for each topic (rule of thumb)."""

MOST_HAVE = 0.5
"""A word that a larger share of customers uses tells nobody from anybody."""

LEARNT_FROM = 20_000
"""Customers topics are learnt from at the most."""

SMALLEST_SHARE = 0.1
"""A topic that makes a smaller share of a text is none of its topics (rule of thumb)."""

FEWEST_KNOWN = 2
"""Known words without which nothing can be said of a text."""

DIGITS = 5
"""Decimals of the map that are kept."""

STEPS = 65_536
"""Shares are multiples of one over this, as features are."""


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
    k = min(MOST_TOPICS, len(documents) // CUSTOMERS_A_TOPIC, len(words) // WORDS_A_TOPIC)
    if k < 2:
        return None
    idf = tuple(round(1.0 + np.log((1 + len(documents)) / (1 + users[word])), DIGITS) for word in words)
    topics = _factorised(_rows(documents, words, idf), k, seed)
    inverse = np.linalg.solve(topics @ topics.T, topics).T
    rounded = np.round(inverse, DIGITS) + 0.0
    return TextPlan(words, idf, tuple(map(tuple, rounded.tolist())), _names(topics, words), languages)


def _factorised(rows: Any, k: int, seed: int) -> Matrix:
    """Topics as rows of length one over words, the largest part of all texts first."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = NMF(k, init="nndsvda", max_iter=400, random_state=seed)
        weights = model.fit_transform(rows)
    lengths = np.sqrt((model.components_**2).sum(axis=1))
    usable = np.flatnonzero(lengths > 0)
    order = usable[np.argsort(-(weights.sum(axis=0) * lengths)[usable], kind="stable")]
    return np.asarray(model.components_[order] / lengths[order, None], np.float64)


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


def _names(topics: Matrix, words: Sequence[str]) -> tuple[str, ...]:
    """Two words a topic, heavy in it and light in the others; a third where two would be called the same.

    A stroke stands between them, so that a topic stays one thing in a sentence: translation and verbs/tense.
    """
    share = topics * topics / np.maximum(topics.sum(axis=0), np.finfo(float).tiny)
    heaviest = [_apart([words[i] for i in np.argsort(-row, kind="stable")[:20]]) for row in share]
    short = ["/".join(three[:2]) for three in heaviest]
    return tuple(
        name if short.count(name) == 1 else "/".join(three) for name, three in zip(short, heaviest, strict=True)
    )


def _apart(words: Sequence[str]) -> list[str]:
    """The first three words of which none begins as another does: verb and verbs are one."""
    chosen: list[str] = []
    for word in words:
        if len(chosen) < 3 and not any(word[:4] == other[:4] for other in chosen):
            chosen.append(word)
    return chosen


def score_texts(plan: TextPlan, texts: Sequence[str]) -> Matrix:
    """Return the share of each topic in each text, shape (n, topics): rows add up to one, or are nought.

    A row is nought where too few words are known. Topics of less than SMALLEST_SHARE are none.
    """
    at = {word: i for i, word in enumerate(plan.words)}
    idf, mapped = np.asarray(plan.idf), np.asarray(plan.map)
    shares = np.zeros((len(texts), len(plan.names)))
    for i, text in enumerate(texts):
        places, values = _row(words_in(text), at, idf)
        if len(places) >= FEWEST_KNOWN:
            shares[i] = _shares(values @ mapped[places])
    return shares


def _shares(scores: Matrix) -> Matrix:
    positive = np.maximum(scores, 0.0)
    kept = np.where(positive >= SMALLEST_SHARE * positive.sum(), positive, 0.0)
    total = kept.sum()
    return np.floor(kept / total * STEPS + 0.5) / STEPS if total > 0 else kept
