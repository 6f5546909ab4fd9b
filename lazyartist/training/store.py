"""Trained models on disk: weights as safetensors, and a JSON card that says what they are."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import platform
import sys

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import torch

from platformdirs import user_cache_path
from safetensors.torch import load, save
from torch import nn

import lazyartist

from lazyartist.files import write_bytes, write_text
from lazyartist.provenance import code_fingerprint
from lazyartist.networks import factory
from lazyartist.training.fit import Budget, build, fit


if TYPE_CHECKING:
    from lazyartist.data.task import Task
    from lazyartist.strategies.base import Strategy

log = logging.getLogger(__name__)

ROOMS = ("data/*.py", "strategies/base.py", "training/fit.py", "training/split.py", "criteria.py", "inference.py")
# what names, keeps and shows results, and decides none
ONLY_SHOWN = ("lazyartist.reporting", "lazyartist.registry", "lazyartist.files", "lazyartist.provenance")


@dataclass(frozen=True)
class Card:
    """What a trained model is: everything that decides its bits, and what the training was like."""

    strategy: str
    uses: Sequence[str]
    task: str
    setting: str
    data: str
    model: str
    budget: str
    seed: int
    versions: dict[str, str]
    threads: int
    source: str
    steps: int = 0
    seconds: float = 0.0
    weights: str = ""

    @property
    def key(self) -> str:
        """Digest of everything that decides the bits: another key is another model."""
        spec = {k: v for k, v in asdict(self).items() if k not in {"steps", "seconds", "weights"}}
        return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Trained:
    """A trained model in evaluation mode, and its card."""

    model: nn.Module
    card: Card


class Store:
    """A folder of trained models.

    Args:
        root: the folder; by default `LAZYARTIST_STORE`, or one in the user's cache folder.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(root or os.environ.get("LAZYARTIST_STORE") or user_cache_path("lazyartist") / "models")

    def fit(self, strategy: Strategy, task: Task, model: str, budget: Budget, seed: int) -> Trained:
        """Return the model that these arguments make: from the folder, or trained now and then kept.

        A file that is damaged is named in the log and trained again; nothing that fails its digest is used.

        Raises:
            ValueError: the strategy changed the training data.
        """
        card = describe(strategy, task, model, budget, seed)
        found = self._find(card, classes=task.train.classes)
        if found is not None:
            return found
        fitted = fit(strategy, task, model, budget=budget, seed=seed)
        if describe(strategy, task, model, budget, seed).data != card.data:
            raise ValueError(f"{strategy} changed the training data: a strategy may change copies only")
        weights = save({name: tensor.contiguous() for name, tensor in fitted.model.state_dict().items()})
        digest = hashlib.sha256(weights).hexdigest()
        card = replace(card, steps=fitted.steps, seconds=round(fitted.seconds, 3), weights=digest)
        try:  # the card comes last: without it the weights do not count
            write_bytes(self.root / f"{card.key}.safetensors", weights)
            write_text(self.root / f"{card.key}.json", json.dumps(asdict(card), indent=2, sort_keys=True) + "\n")
        except OSError as error:
            log.warning("%s cannot be written (%s): the model is used but not kept", self.root, error)
        return Trained(fitted.model, card)

    def _find(self, wanted: Card, classes: int) -> Trained | None:
        path = self.root / f"{wanted.key}.json"
        if not path.exists():
            return None
        try:
            card = Card(**json.loads(path.read_text(encoding="utf-8")))
            weights = path.with_suffix(".safetensors").read_bytes()
        except (OSError, ValueError, TypeError) as error:
            log.warning("%s cannot be used (%s): the model is trained again", path, error)
            return None
        if card.key != wanted.key or hashlib.sha256(weights).hexdigest() != card.weights:
            log.warning("%s is damaged: the model is trained again", path.with_suffix(".safetensors"))
            return None
        model = build(card.model, classes, card.seed)
        model.load_state_dict(load(weights))
        return Trained(model.eval(), card)


def describe(strategy: Strategy, task: Task, model: str, budget: Budget, seed: int) -> Card:
    """Return the card of a model before it is trained."""
    data = task.unbiased if "unbiased_colours" in strategy.uses else task.train
    return Card(
        strategy=repr(strategy),
        uses=sorted(strategy.uses),
        task=task.name,
        setting=task.setting,
        data=data.fingerprint,
        model=model,
        budget=str(budget),
        seed=seed,
        versions=versions(),
        threads=torch.get_num_threads(),
        source=source_digest(type(strategy), factory(model)[0]),
    )


def versions() -> dict[str, str]:
    """Return what a result depends on besides the arguments."""
    return {
        "lazyartist": lazyartist.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": importlib.metadata.version("torchvision"),
        "numpy": np.__version__,
    }


def source_digest(*things: Any) -> str:
    """Return a digest of the code that decides a result: the shared rooms, and the files of `things`.

    With the file of a class or function go those that its file imports from the same package or from this one, and so
    on. What has no file (a class typed into a notebook) has a new digest every time, so that nothing old is taken for
    it.
    """
    package = Path(lazyartist.__file__).parent
    shared = [path for room in ROOMS for path in sorted(package.glob(room))]
    own = [_files_of(thing.__module__) for thing in things]
    if not all(own):
        return uuid4().hex
    return code_fingerprint(dict.fromkeys([*shared, *sorted(set().union(*own))]))


def _files_of(module: str) -> set[Path]:
    """Return the files that a module is made of: its own, and those of what it imports; none if it has no file."""
    near = {module.partition(".")[0], "lazyartist"}
    files: dict[str, Path] = {}
    todo = [module]
    while todo:
        name = todo.pop()
        home = sys.modules.get(name)
        path = home and home.__dict__.get("__file__")
        if home is None or path is None or name in files:
            continue
        files[name] = Path(path)
        imported = {getattr(value, "__module__", None) or "" for value in vars(home).values()}
        todo += [name for name in imported if name.partition(".")[0] in near and not name.startswith(ONLY_SHOWN)]
    return set(files.values())
