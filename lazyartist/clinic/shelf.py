"""What a case trains before anybody treats it: kept in the store, and trained once."""

from __future__ import annotations

import time

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.clinic.base import AnyCase
from lazyartist.provenance import code_digest
from lazyartist.training.store import Kept, Provenance, Store, versions


Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Shelf:
    """The part of a store that belongs to one case.

    Attributes:
        case: with its knobs.
        store: where everything that was trained is kept.
    """

    case: AnyCase
    store: Store

    def keep(self, what: str, seed: int, make: Callable[[], Tensors]) -> dict[str, Tensor]:
        """Return tensors from the store, or make and keep them.

        Args:
            what: "teacher": what they are; one case may keep several things.
            seed: what they were made from, beside the case and its knobs.
            make: trains, and returns tensors by name, such as a network's `state_dict()`.
        """

        def made() -> Kept:
            start = time.process_time()
            tensors = make()
            return Kept(dict(tensors), {"seconds": round(time.process_time() - start, 3)})

        # clones: how what a file is read into is aligned in memory may change last bits
        kept = self.store.keep(self.provenance(what, seed), made)
        return {name: tensor.clone() for name, tensor in kept.tensors.items()}

    def numbers(self, what: str, seed: int, make: Callable[[], Mapping[str, float]]) -> Mapping[str, float]:
        """Return numbers from the store, or make and keep them."""
        return self.store.keep(self.provenance(what, seed), lambda: Kept({}, make())).facts

    def provenance(self, what: str, seed: int) -> Provenance:
        """Return what decides something that this case keeps."""
        return Provenance(
            kind=f"clinic: {what}",
            spec={"case": repr(self.case), "files": self.case.fingerprint(), "seed": int(seed)},
            versions=versions(self.case.libraries),
            threads=torch.get_num_threads(),
            source=code_digest(type(self.case)),
        )
