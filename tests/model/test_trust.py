"""The word for a segment's trust."""

import pytest

from ilk.model.trust import trust_of


@pytest.mark.parametrize(
    ("slsw", "valley", "word"),
    [
        (0.75, None, "reliable"),
        (0.75, 0.8, "reliable"),
        (0.95, 0.81, "a pattern"),
        (0.7499, 0.0, "a pattern"),
        (0.6, 1.2, "a pattern"),
        (0.5999, 0.0, "do not rely on it"),
    ],
)
def test_words_of_trust(slsw, valley, word):
    found = trust_of(slsw, valley)
    assert (found.slsw, found.valley, found.word) == (slsw, valley, word)
