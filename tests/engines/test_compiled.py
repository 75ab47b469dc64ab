"""Compiled code is kept only where nobody else can write."""

import os

import pytest

from ilk.engines.compiled import compiled, private_folder


def test_a_new_folder_is_private(tmp_path):
    found = private_folder(tmp_path / "cache" / "kernels")
    assert found == tmp_path / "cache" / "kernels"
    assert found.stat().st_mode & 0o777 == 0o700


def test_a_folder_open_to_others_is_not_used(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert private_folder(shared) is None


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "there").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "there")
    assert private_folder(tmp_path / "link") is None


def test_a_file_in_the_way_means_no_cache(tmp_path):
    (tmp_path / "file").write_text("")
    assert private_folder(tmp_path / "file") is None
    assert private_folder(tmp_path / "file" / "kernels") is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_folder_of_somebody_else_is_not_used(tmp_path):
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    os.chown(other, 12345, 12345)
    assert private_folder(other) is None


def add_one(x):
    return x + 1


def test_kernels_are_kept_in_the_folder_and_run_without_one(tmp_path, monkeypatch):
    monkeypatch.setenv("ILK_CACHE_DIR", str(tmp_path / "mine"))
    assert compiled(add_one)(1) == 2
    assert list((tmp_path / "mine").rglob("*.nbc"))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ILK_CACHE_DIR", str(tmp_path / "file"))
    assert compiled(add_one)(2) == 3
