"""Studies and Data: what differs, who moved, what is approved, and the code that repeats a study."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

import ilk
from ilk.app import between, code, shelf
from ilk.app.opened import edit, opened
from ilk.errors import BadInput, FileTrouble


def texts(tested):
    return " ".join(str(one.value) for kind in (tested.markdown, tested.caption, tested.info) for one in kind)


def test_the_same_study_twice_has_nobody_moved(study, made):
    moved = between.who_moved(opened(study), opened(made))
    assert "0 % are elsewhere" in moved.summary
    assert "overlap 1 " in moved.summary
    assert [len(line.cells) for line in moved.table.lines] == [4] * 4


def test_a_merge_is_followed(study, made):
    edit(study, "merge", "small", segment=1, other=2)
    one, other = opened(study), opened(made)
    facts = {line.head.text: [cell.text for cell in line.cells] for line in between.facts(one, other).lines}
    assert facts["Segments"] == ["3", "4"]
    assert facts["Changes by hand"] == ["1 change", "0 changes"]
    moved = between.who_moved(one, other)
    assert len(moved.table.lines) == 3
    assert len(moved.table.heads) == 5


def test_two_studies_from_folders_of_one_name_are_told_apart(made, tmp_path):
    """Both columns read "study" before, and nobody knew which was which."""
    folders = [shutil.copytree(made, tmp_path / season / "study") for season in ("spring", "autumn")]
    one, other = map(opened, folders)
    assert between.facts(one, other).heads == ("", "spring/study", "autumn/study")
    assert between.who_moved(one, other).table.heads[0] == "spring/study"


def test_another_number_of_segments_is_refused_in_words(study, made):
    edit(study, "k", "try", number=3)
    with pytest.raises(BadInput, match="of 4 segments, not of the 3"):
        between.who_moved(opened(study), opened(made))
    with pytest.raises(BadInput, match="of 4 segments, not of the 3"):
        between.beside_column(opened(study), "REGION")


def test_segments_beside_a_column(made):
    study = opened(made)
    columns = between.columns_of(study)
    assert "segment" not in columns
    assert "REGION" in columns
    found = between.beside_column(study, "REGION")
    assert "Overlap" in found.summary
    assert len(found.table.heads) > 3
    with pytest.raises(BadInput, match="does not sort customers into groups"):
        between.beside_column(study, "CUST_ID")


def test_a_model_alone_has_no_customers_to_compare(model_only, made):
    with pytest.raises(FileTrouble, match="has no customers-with-segments"):
        between.columns_of(opened(model_only))


def test_the_code_makes_the_same_study(study, tmp_path):
    """The commands shown, run where the file is, give a model of the same customers and settings."""
    edit(study, "rename", "clearer", segment=2, text="Second ones")
    model = opened(study).model
    shell = code.command_line(model, study)
    assert "-k 4" in shell
    assert "rename 2 'Second ones' --reason clearer" in shell
    for line in shell.splitlines():
        assert line.startswith("ilk ")
    assert "k=4" in code.python_code(model)
    compile(code.python_code(model), "shown", "exec")
    assert code.is_whole(model)


@pytest.mark.slow
def test_the_commands_shown_run(made, tmp_path):
    study = shutil.copytree(made, tmp_path / "spring")
    edit(study, "rename", "clearer", segment=2, text="Second ones")
    before = opened(study).model
    shutil.copytree(made.parent / "world", tmp_path / "again")
    for line in code.command_line(before, study).splitlines():
        command = f"{sys.executable} -m {line}"
        subprocess.run(command, shell=True, cwd=tmp_path / "again", check=True, capture_output=True)
    again = ilk.load(tmp_path / "again" / "spring" / "segments.ilk")
    assert again.content.provenance.fingerprint == before.content.provenance.fingerprint
    assert [s.persona.name for s in again.segments] == [s.persona.name for s in before.segments]


def test_the_data_page_tells_everything(page, made):
    tested = page("data", opened=made)
    assert [one.value for one in tested.header] == ["The file and its columns", "How it was made", "Show me the code"]
    assert "ilk segment customers.csv -k 4" in tested.code[0].value
    assert len(tested.get("download_button")) == 3


def test_the_data_page_needs_no_customers(page, model_only):
    assert not page("data", opened=model_only).error


def test_studies_are_compared_copied_and_approved(page, study):
    shelf.duplicate(study)
    tested = page("studies", opened=study, roots=(study.parent,))
    tested.selectbox[1].select_index(0).run()
    assert "are in both" in texts(tested)
    tested.text_input[0].input("Ann")
    tested.text_input[1].input("the board agreed")
    next(button for button in tested.button if button.label == "Approve").click().run()
    assert not tested.exception
    assert "Approved by Ann" in texts(tested)
    next(button for button in tested.button if button.label == "Withdraw the approval").click().run()
    assert "Approved by Ann" not in texts(tested)
    next(button for button in tested.button if button.label == "Duplicate").click().run()
    assert (study.parent / "study-copy-2").is_dir() or (study.parent / "study-copy-copy").is_dir()


def test_without_studies_the_page_says_so(page):
    assert "There is no study yet" in texts(page("studies"))
