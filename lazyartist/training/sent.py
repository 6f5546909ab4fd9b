"""Models that go from one machine's store to another's: as the bytes of their files."""

from __future__ import annotations

import re

from collections.abc import Callable

from lazyartist.files import write_bytes
from lazyartist.training.store import Kept, Provenance, Store


Files = dict[str, bytes]
"""Name -> content, a model's weights before its card."""

NAME = re.compile(r"[0-9a-f]{32}\.(safetensors|json)")


class NotingStore(Store):
    """This machine's own store, which notes what it was asked for: the models behind a run, new or known."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, None] = {}

    def keep(self, provenance: Provenance, make: Callable[[], Kept]) -> Kept:
        """Return what has this provenance, as any store does."""
        kept = super().keep(provenance, make)
        self.asked[provenance.key] = None
        return kept

    def files(self) -> Files:
        """Return the files of what it was asked for; what could not be written is not there."""
        paths = [self.root / f"{key}{ending}" for key in self.asked for ending in (".safetensors", ".json")]
        return {path.name: path.read_bytes() for path in paths if path.exists()}


def keep_sent(store: Store, files: Files) -> None:
    """Keep in a store what another machine's has, but for what is there already.

    What was damaged on the way is found by its digest when it is read, and trained again.

    Raises:
        ValueError: a name is none that a store gives.
        OSError: the store cannot be written.
    """
    for name, content in files.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no file of a store: expected 32 digits, and .safetensors or .json")
        if not (store.root / name).exists():
            write_bytes(store.root / name, content)
