"""What a worker of a cluster does: one run, by its own data and store, if it has what the caller has."""

from __future__ import annotations

import hashlib
import os
import socket
import threading

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lazyartist

from lazyartist.device import current, on_device
from lazyartist.reporting.row import Row
from lazyartist.studies.base import Study
from lazyartist.studies.work import ByHand, adopt, work
from lazyartist.training.sent import Files, NotingStore
from lazyartist.training.store import versions


ONE_RUN = threading.Lock()  # torch's number of threads belongs to the process, which may be asked for two runs at once


@dataclass(frozen=True)
class Caller:
    """What a worker must have too, or else it would measure something else.

    Attributes:
        versions: of Python and the libraries.
        code: digest of this package.
        by_hand: what was registered by hand.
        device: what it works on, which a worker must have too.
    """

    versions: Mapping[str, str]
    code: str
    by_hand: ByHand
    device: str = "cpu"


def this_caller(by_hand: ByHand) -> Caller:
    """Return what this process has."""
    return Caller(versions(), package_digest(), by_hand, str(current()))


def work_far(
    study: Study[Any], run: Any, digest: str, caller: Caller, *, models: bool = False
) -> tuple[Any, list[Row], Files]:
    """Measure a run; return it, its rows and the files of the models behind them, if these were asked for.

    Data are those of this machine's `LAZYARTIST_DATA`, and models are kept in its `LAZYARTIST_STORE`.

    Args:
        study: what to measure.
        run: of which run.
        digest: what decides its rows where it is asked for.
        caller: what is there.
        models: is what was trained to come back?

    Raises:
        ValueError: this machine has not the caller's device, or other versions, code, files or data.
    """
    with ONE_RUN, on_device(caller.device):
        adopt(caller.by_hand)
        if differences := _differences(study, run, digest, caller):
            raise ValueError(
                f"process {os.getpid()} on {socket.gethostname()} does not have what the caller has: {differences}. "
                "Its rows would be taken for the caller's: make both equal, start the worker again, and run the same "
                "command"
            )
        store = NotingStore()
        run, rows = work(study, run, digest, store, {}, current())
        return run, rows, store.files() if models else {}


def package_digest() -> str:
    """Return the SHA-256 of all code of this package, in the order of its files' names."""
    root = Path(lazyartist.__file__).parent
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\n" + files[name].read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _differences(study: Study[Any], run: Any, digest: str, caller: Caller) -> str:
    """Return in words what differs from the caller's; "" if nothing does that could decide a row."""
    own = versions()
    if differ := [name for name, version in caller.versions.items() if own.get(name) != version]:
        return ", ".join(f"{name} {own.get(name)} instead of {caller.versions[name]}" for name in differ)
    # what was typed by hand has another digest in every process; otherwise the digest is exact
    if not caller.by_hand and study.digest(run) == digest:
        return ""
    if package_digest() != caller.code:
        return "another code of lazyartist, under the same version"
    return "" if caller.by_hand else f"other files, data or third-party packages behind {run}"
