"""Writing so that a reader sees the old content or the new one, and where caches lie."""

import os

from pathlib import Path

import pytest

from lazyartist.files import cache_folder, write_bytes, write_text


def test_content_is_replaced_and_folders_are_made(tmp_path):
    path = tmp_path / "new" / "file.txt"
    write_text(path, "ä\n")
    assert path.read_bytes() == "ä\n".encode()
    write_bytes(path, b"other")
    assert path.read_bytes() == b"other"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_a_failure_leaves_what_was_there_and_no_temporary_file(tmp_path, monkeypatch, step, error):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fail(*words):
        raise error

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    with pytest.raises(type(error)):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


def test_a_folder_in_the_place_of_the_file_leaves_no_temporary_file(tmp_path):
    (tmp_path / "file.txt" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match=r"file.txt"):
        write_text(tmp_path / "file.txt", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


def test_the_environment_moves_a_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_FOLDER", str(tmp_path))
    assert cache_folder("SOME_FOLDER", "models") == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SOME_FOLDER", "~/here")
    assert cache_folder("SOME_FOLDER", "models") == tmp_path / "here"
    monkeypatch.delenv("SOME_FOLDER")
    assert cache_folder("SOME_FOLDER", "models").name == "models"


def test_a_user_without_a_home_is_told_the_way_out(monkeypatch):
    def nowhere(*words):
        raise RuntimeError("no home")

    monkeypatch.delenv("SOME_FOLDER", raising=False)
    monkeypatch.setattr("lazyartist.files.user_cache_path", nowhere)
    with pytest.raises(OSError, match="set SOME_FOLDER to a folder that can be written"):
        cache_folder("SOME_FOLDER", "models")
