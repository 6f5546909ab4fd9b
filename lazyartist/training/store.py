"""The store of whatever was trained: tensors as safetensors, and a JSON card that says what they are."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import platform

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

import lazyartist

from lazyartist.data.moved import original
from lazyartist.data.task import whole_number
from lazyartist.device import current, described, on
from lazyartist.files import cache_folder, write_bytes, write_text
from lazyartist.networks import NETWORKS, build, files_of
from lazyartist.provenance import code_digest
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit, split_for


if TYPE_CHECKING:
    from lazyartist.data.task import Task
    from lazyartist.strategies.base import Strategy

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Provenance:
    """Everything that decides the bits of something trained.

    Attributes:
        kind: what it is, "classifier" or "saes".
        spec: what it was made with: strategy, data, network, budget, seed, ...; anything that JSON can hold.
        versions: of the libraries.
        threads: torch's threads: another number gives other bits.
        source: digest of the code that can reach the bits.
    """

    kind: str
    spec: Mapping[str, Any]
    versions: Mapping[str, str]
    threads: int
    source: str

    @property
    def key(self) -> str:
        """Digest of all of this: another key is another thing."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, eq=False)
class Kept:
    """Something trained: its tensors by name, and facts about the training, such as its steps and seconds."""

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained model in evaluation mode, what decided its bits, its gradient steps and seconds of processor time."""

    model: nn.Module
    provenance: Provenance
    steps: int
    seconds: float


class Store:
    """A folder of trained things.

    Args:
        root: the folder; by default `LAZYARTIST_STORE`, or one in the user's cache folder.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or cache_folder("LAZYARTIST_STORE", "models")

    def fit(self, strategy: Strategy, task: Task, network: str, budget: Budget, seed: int) -> Trained:
        """Return the model that these arguments make: from the folder, or trained now and then kept.

        Raises:
            ValueError: the strategy changed the training data; or see `lazyartist.training.fit.fit`.
        """
        seed = whole_number(seed, "seed")  # what equals one, such as True, would be kept under its name
        provenance = provenance_of(strategy, task, network, budget, seed)

        def make() -> Kept:
            fitted = fit(strategy, task, network, budget=budget, seed=seed)
            if split_for(strategy, task).fingerprint != provenance.spec["data"]:
                raise ValueError(f"{strategy} changed the training data: a strategy may change copies only")
            facts = {"steps": fitted.steps, "seconds": round(fitted.seconds, 3)}
            return Kept(fitted.model.state_dict(), facts)

        kept = self.keep(provenance, make)
        model = build(network, task.train.classes, seed)
        model.load_state_dict(dict(kept.tensors))
        return Trained(model.eval(), provenance, int(kept.facts["steps"]), kept.facts["seconds"])

    def keep(self, provenance: Provenance, make: Callable[[], Kept]) -> Kept:
        """Return what has this provenance: from the folder, or made now and then kept.

        A file that is damaged is named in the log and made again; nothing that fails its digest is used.
        """
        found = self.find(provenance)
        if found is not None:
            return found
        made = make()
        # clones, since a network may share parameters, and the file may not
        weights = save({name: tensor.cpu().contiguous().clone() for name, tensor in made.tensors.items()})
        facts = dict(made.facts)
        card = {**asdict(provenance), "facts": facts, "digest": _digest(weights, facts)}
        path = self._path(provenance)
        try:  # the card comes last: without it the weights do not count
            write_bytes(path.with_suffix(".safetensors"), weights)
            write_text(path, json.dumps(card, indent=2, sort_keys=True) + "\n")
        except OSError as error:
            log.warning("%s cannot be written (%s): what was trained is used but not kept", self.root, error)
        return made

    def list(self) -> list[tuple[Provenance, Mapping[str, float]]]:
        """Return the provenance of everything in the folder, and the facts about its training."""
        paths = (path for path in sorted(self.root.glob("*.json")) if path.with_suffix(".safetensors").exists())
        cards = (self._card(path) for path in paths)
        return [card[:2] for card in cards if card is not None]

    def _path(self, provenance: Provenance) -> Path:
        return self.root / f"{provenance.key}.json"

    def find(self, wanted: Provenance) -> Kept | None:
        """Return what has this provenance from the folder; None if it is not there, or damaged."""
        path = self._path(wanted)
        if not path.exists():
            return None
        card = self._card(path)
        if card is None:
            return None
        provenance, facts, digest = card
        try:
            weights = path.with_suffix(".safetensors").read_bytes()
            if provenance.key != wanted.key or _digest(weights, facts) != digest:
                raise ValueError("card and weights do not belong together")
            return Kept(on(load(weights), current()), facts)
        except (OSError, ValueError, SafetensorError) as error:
            log.warning("%s is damaged (%s): it is trained again", path.with_suffix(".safetensors"), error)
            return None

    def _card(self, path: Path) -> tuple[Provenance, Mapping[str, float], str] | None:
        """Read a card; one that cannot be used is named in the log."""
        try:
            card = json.loads(path.read_text(encoding="utf-8"))
            facts, digest = card.pop("facts"), card.pop("digest")
            provenance = Provenance(**card)
            if provenance.key != path.stem or not isinstance(facts, dict):
                raise ValueError("its content is not what its name says")
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.warning("%s cannot be used (%s): it is trained again", path, error)
            return None
        return provenance, facts, digest


def provenance_of(strategy: Strategy, task: Task, network: str, budget: Budget, seed: int) -> Provenance:
    """Return what decides the bits of a model, before it is trained."""
    split = split_for(strategy, task)
    networks = (NETWORKS.configured(name)[0] for name in (network, *strategy.networks))
    # what is handed over has code of its own, which no import leads to
    trained_by = (fit, type(strategy), type(budget), type(split), type(original(split.images)), *networks)
    return Provenance(
        kind="classifier",
        spec={
            "strategy": repr(strategy),
            "uses": sorted(strategy.uses),
            "dataset": task.name,
            "keys": dict(task.keys),
            "data": split.fingerprint,
            # what a strategy stops by
            "easy": task.easy.fingerprint if "easy_split" in strategy.uses else "",
            "target": split.target,
            "bias": list(split.bias),
            "sizes": [split.classes, *(split.images.sizes[name] for name in split.bias)],
            "network": " ".join([network, files_of(network)]).rstrip(),
            "budget": asdict(budget),
            "seed": int(seed),
        },
        versions=versions(),
        threads=torch.get_num_threads(),
        source=code_digest(*trained_by),
    )


def versions(libraries: Iterable[str] = ()) -> dict[str, str]:
    """Return the versions of what a result depends on besides the arguments; and the device, where it is no processor.

    Args:
        libraries: optional ones that this result depends on too; "none" is the version of one that is not installed.
    """
    device = described()
    return {
        "lazyartist": lazyartist.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        **{name: importlib.metadata.version(name) for name in ("torchvision", "scikit-learn", "scipy")},
        **{name: _version(name) for name in libraries},
        **({"device": device} if device else {}),
    }


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _digest(weights: bytes, facts: Mapping[str, float]) -> str:
    return hashlib.sha256(weights + json.dumps(facts, sort_keys=True).encode()).hexdigest()
