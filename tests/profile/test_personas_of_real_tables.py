"""Personas of real customers: read aloud, recomputed from the files, and held to what was promised."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from portraits import real_grouping, real_subject

from ilk.figures import count, figure, per_head, percent
from ilk.profile.describe import describe_solutions
from ilk.profile.names import LONGEST, MIDDLE
from ilk.profile.sentence import NOT_APART

FILES = {
    "cards": ("credit-card/customers.csv", range(3, 9)),
    "campaign": ("campaign/marketing_campaign.csv", range(3, 8)),
    "survey": ("survey/young-people.csv", range(3, 6)),
    "social": ("social/snsdata.csv", range(5, 7)),
}


@pytest.fixture(scope="module")
def studies(data):
    """Every table described once, when it is first asked for."""
    made = {}

    def study(name):
        if name not in made:
            path, ks = FILES[name]
            subject = real_subject(data / path)
            groupings = [real_grouping(subject, k) for k in ks]
            made[name] = subject, groupings, describe_solutions(subject, groupings, chosen_k=5)
        return made[name]

    return study


def numbers_of(subject, column):
    return subject.table.column(column).cast(pa.float64()).to_numpy(zero_copy_only=False)


def recomputed(subject, labels, segment, key):
    """What a fact's key says, from the raw values."""
    everyone = key.startswith("everyone's ")
    what, _, column = key.removeprefix("everyone's ").partition(" ")
    rows = labels >= 0 if everyone else labels == segment.number - 1
    if key == "size":
        return rows.sum()
    if key == "share":
        return rows.sum() / (labels >= 0).sum()
    if what == "value":
        values = numbers_of(subject, column.removeprefix("share "))
        return np.nansum(values[rows]) / np.nansum(values[labels >= 0])
    if what == "share" and "=" in column:
        column, _, level = column.partition("=")
        texts = np.array(subject.table.column(column).cast(pa.string()).fill_null("None").to_pylist())
        answered = (texts[rows] != "None").sum()
        # Fewer than ten blanks of a segment are not told, and count among its answers.
        untold = not everyone and rows.sum() - answered < 10
        return (texts[rows] == level).sum() / (rows.sum() if untold else answered)
    values = numbers_of(subject, column)[rows]
    values = values[~np.isnan(values)]
    zeros = (values == 0).mean()
    return {"mean": values.mean(), "zeros": zeros, "non-zeros": 1 - zeros, "share": (values != 0).mean()}[what]


def said(value):
    return {count(value), figure(value), per_head(value), percent(value)}


@pytest.mark.parametrize("name", FILES)
def test_every_number_in_a_sentence_is_recomputed(studies, name):
    subject, groupings, described = studies(name)
    for grouping, solution in zip(groupings, described.solutions, strict=True):
        for segment in solution.segments:
            persona = segment.persona
            facts = dict(persona.facts)
            for key, value in facts.items():
                assert value == pytest.approx(recomputed(subject, grouping.labels, segment, key), rel=1e-6, abs=1e-9), (
                    key
                )
            spoken = re.sub(r"“[^”]*”", "", persona.sentence)
            known = {
                token for value in facts.values() for text in said(value) for token in re.findall(r"[\d,.]*\d", text)
            }
            told = re.findall(r"-?[\d][\d,.]*\d|\d", spoken)
            assert told
            assert set(told) <= known, persona.sentence


@pytest.mark.parametrize("name", FILES)
def test_names_and_sentences_read_well(studies, name):
    subject, _, described = studies(name)
    raw = [column for column in subject.table.column_names if "_" in column or re.search(r"[a-z][A-Z]", column)]
    for solution in described.solutions:
        names = [segment.persona.name for segment in solution.segments]
        assert len(set(names)) == len(names)
        for segment in solution.segments:
            name_, sentence = segment.persona.name, segment.persona.sentence
            assert len(name_) <= LONGEST
            assert not re.search(r"[\d_]", name_)
            assert "_" not in sentence
            assert sentence.count("everyone: ") == 2 + ("Beside what built it: " in sentence)
            assert not any(column in text for column in raw for text in (name_, sentence))


def test_the_card_holders_are_who_they_are(studies):
    """At five segments the names say what the profile shows; nothing here hangs on the numbering."""
    _, _, described = studies("cards")
    five = next(solution for solution in described.solutions if solution.k == 5)
    names = {segment.persona.name for segment in five.segments}
    assert "Cash advance users with high balances" in names
    assert any("nstallment buyers" in name for name in names)
    assert any("one-off buyers" in name for name in names)
    assert described.value_column == "PURCHASES"
    assert all("of all purchases" in segment.persona.sentence for segment in five.segments)
    assert sum(dict(segment.value_share)["PURCHASES"] for segment in five.segments) == pytest.approx(1.0)


def test_rules_tell_the_card_holders(studies):
    _, _, described = studies("cards")
    for solution in described.solutions:
        assert solution.fidelity.accuracy >= 0.80
        assert solution.fidelity.n_leaves <= 3 * solution.k
    five = next(solution.fidelity for solution in described.solutions if solution.k == 5)
    assert five.accuracy >= 0.84
    assert min(five.recall) >= 0.70
    assert five.full_tree >= 0.88


def test_blank_minimum_payments_are_warned_of(studies):
    _, _, described = studies("cards")
    notes = [note for solution in described.solutions for note in solution.notes if note.code == "blanks-differ"]
    assert notes
    assert all("MINIMUM_PAYMENTS=zero" in note.text for note in notes)
    assert all(note.text.startswith("“minimum payments” is blank for ") for note in notes)


def test_answer_style_is_told_of_the_survey(studies):
    _, _, described = studies("survey")
    codes = {note.code for solution in described.solutions for note in solution.notes}
    assert codes & {"answer-style", "answer-style-share"}


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_told_of_fewer_than_ten(studies, name):
    _, _, described = studies(name)
    everyone = [column.everyone for column in described.columns]
    segments = [p for solution in described.solutions for s in solution.segments for p in s.profiles]
    for profile in (*everyone, *segments):
        for n in (*profile.bins, *profile.levels, profile.n_zero):
            assert n is None or n == 0 or n >= 10
    assert all(p.n_missing % 10 == 0 or p.n_missing == p.n + p.n_missing for p in segments)


@pytest.mark.parametrize("name", ["cards", "campaign"])
def test_no_order_of_rows_changes_a_persona(studies, name):
    """The same customers in another order of the file: the same model, bit for bit."""
    subject, groupings, described = studies(name)
    n = subject.table.num_rows
    shuffled = np.random.default_rng(0).permutation(n)
    back = np.empty(n, dtype=np.int64)
    back[shuffled] = np.arange(n)
    other = replace(
        subject,
        table=subject.table.take(pa.array(shuffled)),
        matrix=subject.matrix[shuffled],
        order=back[subject.order],
    )
    five = next(g for g in groupings if g.k == 5)
    moved = replace(five, labels=five.labels[shuffled], d1=five.d1[shuffled], runner_up=five.runner_up[shuffled])
    first, again = describe_solutions(subject, [five]), describe_solutions(other, [moved])
    assert again == first
    assert (
        first.solutions[0].segments[0].persona == next(s for s in described.solutions if s.k == 5).segments[0].persona
    )


def test_themes_share_all_of_the_variance(studies):
    _, _, described = studies("cards")
    for solution in described.solutions:
        assert sum(theme.share for theme in solution.themes) == pytest.approx(1.0)


def test_uids_are_permanent_and_all_different(studies):
    subject, groupings, described = studies("cards")
    uids = [segment.uid for solution in described.solutions for segment in solution.segments]
    assert len(set(uids)) == len(uids)
    assert all(re.fullmatch(r"[0-9a-f]{12}", uid) for uid in uids)
    again = describe_solutions(subject, groupings[:1]).solutions[0]
    assert [s.uid for s in again.segments] == [s.uid for s in described.solutions[0].segments]


def test_neither_threads_nor_pieces_change_a_model(studies, monkeypatch):
    subject, groupings, described = studies("campaign")
    monkeypatch.setattr("ilk.profile.tally.PIECE_BYTES", 1 << 20)
    threaded = replace(subject, settings=subject.settings.model_copy(update={"threads": 4}))
    assert describe_solutions(threaded, groupings, chosen_k=5) == described


def test_who_is_in_the_middle_is_not_described_as_far_from_everyone(studies):
    _, _, described = studies("social")
    middle = [s for solution in described.solutions for s in solution.segments if s.persona.name == MIDDLE]
    assert middle
    assert all(f"). {NOT_APART}" in segment.persona.sentence for segment in middle)


def test_no_card_holder_has_rare_balances_nor_is_told_by_the_rival_of_the_name(studies):
    """Frequent one-off buyers were told by their installment purchases."""
    _, _, described = studies("cards")
    told = [s.persona for solution in described.solutions for s in solution.segments]
    assert not any("rare " in persona.name for persona in told)
    assert "Customers who rarely have balances" in {persona.name for persona in told}
    one_off = [persona.sentence for persona in told if re.search("one-off buyers$", persona.name)]
    assert one_off
    assert not any("installment" in sentence for sentence in one_off)
