"""Writing so that a reader sees the old content or the new one, and where caches lie."""

import fcntl
import logging
import os
import subprocess
import sys
import tempfile
import time

from pathlib import Path

import pytest

from lazyartist.files import (
    LOCK,
    TEMPORARY,
    _sweep,
    cache_folder,
    locked,
    need_room,
    read_file,
    scratch_folder,
    write_bytes,
    write_text,
)


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


def test_what_a_killed_process_left_is_deleted_and_what_is_being_written_is_not(tmp_path):
    left, young, written, other = (
        tmp_path / name
        for name in (f".a.json-1{TEMPORARY}", f".b.json-2{TEMPORARY}", f".c.json-3{TEMPORARY}", ".another-one.part")
    )
    for path in (left, young, written, other):
        path.write_bytes(b"half")
    for path in (left, written, other):
        os.utime(path, (time.time() - 9, time.time() - 9))
    with written.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _sweep.cache_clear()
        write_text(tmp_path / "new", "whole")
    assert {path.name for path in tmp_path.iterdir()} == {"new", young.name, written.name, other.name}


HOLD = """
import sys, time
from pathlib import Path
from lazyartist.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_scratch_folder_ends_with_its_process_at_the_latest(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import os, sys, tempfile; from lazyartist.files import scratch_folder; tempfile.tempdir = sys.argv[1]\n"
        "with scratch_folder() as folder:\n (folder / 'a').mkdir(); print(flush=True); sys.stdin.read(); os._exit(9)"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        (held,) = tmp_path.iterdir()
        os.utime(held / LOCK, (0, 0))
        with scratch_folder() as own:
            assert set(tmp_path.iterdir()) == {held, own}
    assert process.returncode == 9
    assert list(tmp_path.iterdir()) == [held]
    with scratch_folder() as own:
        assert list(tmp_path.iterdir()) == [own]
    assert not list(tmp_path.iterdir())


def test_what_is_no_plain_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(OSError, match=f"{path.name} is no plain file"):
            read_file(path)
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "nothing")


def test_a_lock_has_a_time_limit_and_a_name_and_ends_with_its_process(tmp_path, caplog):
    path = tmp_path / "cures.jsonl"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with (
            caplog.at_level(logging.WARNING),
            pytest.raises(TimeoutError, match=rf"process {holder.pid} of .* for more"),
            locked(path, 0.2),
        ):
            pass
        assert f"waiting for process {holder.pid}" in caplog.text
        holder.kill()
    with locked(path, 5):
        assert f"process {os.getpid()} of" in path.with_suffix(".lock").read_text()


def test_a_lock_of_another_user_is_named(tmp_path, monkeypatch):
    def refuse(*words, **options):
        raise PermissionError("no")

    monkeypatch.setattr("lazyartist.files.FileLock.acquire", refuse)
    words = r"cures.lock belongs to another user .* name another folder"
    with pytest.raises(PermissionError, match=words), locked(tmp_path / "cures.jsonl"):
        pass


def test_a_folder_that_cannot_be_written_is_found_before_the_work(tmp_path):
    need_room(tmp_path / "new" / "folder")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(OSError, match=r"file.* cannot be written .*: make room in it, or name another folder"):
            need_room(folder)
