"""What people upload: private, whole, and gone with the session."""

from __future__ import annotations

import io
import os
import time

import pytest

from ilk.app import uploads
from ilk.errors import FileTrouble
from ilk.settings import Settings
from ilk.sources.open import open_source

MESSY = b"id;Umsatz;Ort\r\n1;1.234,50;K\xf6ln\r\n2;12,00;Bonn\r\n3;kaputt\r\n4;7,25;Ulm\r\n"


class File(io.BytesIO):
    """As Streamlit hands one over."""

    def __init__(self, content, name="customers.csv", file_id="a1"):
        super().__init__(content)
        self.name, self.file_id = name, file_id


@pytest.fixture
def session(tmp_path, monkeypatch):
    folder = tmp_path / "session"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(uploads, "session_folder", lambda: folder)
    return folder


def test_an_upload_is_read_as_the_same_file_by_path(session, tmp_path):
    (tmp_path / "customers.csv").write_bytes(MESSY)
    kept = uploads.keep_upload(File(MESSY))
    with_path, with_upload = (open_source(path, Settings()) for path in (tmp_path / "customers.csv", kept))
    assert with_upload.intake == with_path.intake
    assert with_upload.schema == with_path.schema
    assert with_upload.rejects() == with_path.rejects()


def test_an_upload_is_private_and_kept_once(session):
    first = uploads.keep_upload(File(MESSY))
    assert uploads.keep_upload(File(b"other")) == first
    assert first.read_bytes() == MESSY
    assert {oct(path.stat().st_mode & 0o777) for path in (first, first.parent)} == {"0o600", "0o700"}
    assert uploads.keep_upload(File(MESSY, file_id="b2")) != first


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\a b.csv", "a b.csv"),
        (".hidden", "hidden"),
        ("..", "upload"),
        ("a\x00\n\u202eb.csv", "ab.csv"),
        ("x" * 500 + ".csv", "x" * 100 + ".csv"),
    ],
)
def test_names_cannot_lead_elsewhere(session, name, kept):
    path = uploads.keep_upload(File(b"a", name))
    assert path.name == kept
    assert path.parent.parent == session


def test_what_is_a_day_old_is_swept(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (time.time() - 2 * uploads.DAY,) * 2)
    uploads.sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new"]
    uploads.sweep(tmp_path / "nowhere")


def test_the_folder_is_ours_alone(tmp_path):
    (tmp_path / "open").mkdir(mode=0o777)
    assert uploads.own_folder(tmp_path / "open").stat().st_mode & 0o777 == 0o700
    (tmp_path / "link").symlink_to(tmp_path / "open")
    with pytest.raises(FileTrouble, match="is a link"):
        uploads.own_folder(tmp_path / "link")
    (tmp_path / "file").write_text("a")
    with pytest.raises(FileTrouble, match="cannot be kept private"):
        uploads.own_folder(tmp_path / "file")


def upload_page():
    """A page with an uploader."""
    import streamlit as st

    from ilk.app.uploads import uploaded

    st.title(str(uploaded("Customers", key="a")))


def test_each_session_has_its_own_folder(tmp_path):
    """Two sessions keep the same file apart, and the uploader is empty again afterwards."""
    from streamlit.testing.v1 import AppTest

    from ilk.app import launch

    launch.begin(launch.Launch(uploads=tmp_path))
    kept = set()
    for _ in range(2):
        tested = AppTest.from_function(upload_page)
        tested.run()
        tested.file_uploader[0].upload("customers.csv", MESSY, "text/csv").run()
        assert not tested.exception
        assert tested.file_uploader[0].value is None
        kept.add(tested.title[0].value)
    launch.begin(launch.Launch())
    assert len(kept) == 2
