"""The dials: features of a model's last hidden layer by name, and what it answers when they are turned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from lazyartist.activations import activations, editing
from lazyartist.inference import evaluating, outputs
from lazyartist.page.drawing import painted
from lazyartist.page.models import DRAWING
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.labelling import label_features
from lazyartist.sae.steering import clamp, intervene
from lazyartist.sae.train import train
from lazyartist.studies.decomposition.last_layer import last_layer


if TYPE_CHECKING:
    from torch import Tensor

    from lazyartist.data.task import Task
    from lazyartist.page.asked import AskForDials
    from lazyartist.page.models import Shown
    from lazyartist.sae.base import SparseAutoencoder

# few features, few of them at once: one for each colour, so that one dial is enough to turn the answer
VARIANT, FEATURES = "topk:k=4", 20
IMAGES = 3000  # as they are, and as many whose colour says nothing
BUDGET = SaeBudget(steps=1000)


@dataclass(frozen=True, eq=False)
class Dial:
    """One feature: place in the autoencoder, name if it has one, what is known, mean code where it fires."""

    index: int
    name: str
    named: bool
    about: str
    usual: float


@dataclass(frozen=True, eq=False)
class Dials:
    """The features of a model's last hidden layer."""

    layer: str
    autoencoder: SparseAutoencoder
    dials: tuple[Dial, ...]


def take_apart(model: Shown, task: Task) -> Dials:
    """Train a sparse autoencoder of the model's last hidden layer and name its features; takes seconds.

    Raises:
        ValueError: the network has no such layer.
        UnsupportedError: the task has no images whose attribute says nothing.
    """
    layer = last_layer(model.tool, task.train)
    fair = task.fair_split("taking a layer apart").subset(slice(0, IMAGES))
    biased = task.train.subset(slice(0, IMAGES))
    seen, fair_vectors = (activations(model.tool, layer, split) for split in (biased, fair))
    (sae,) = train(SAES.build(VARIANT), torch.cat([seen, fair_vectors]), features=FEATURES, seeds=(0,), budget=BUDGET)
    codes = sae.encode(fair_vectors)
    living = [card for card in label_features(codes, fair) if card.density > 0]
    dials = [
        Dial(
            card.index,
            card.name if card.means else f"feature {card.index}",
            bool(card.means),
            f"{card.kind}, AUROC {card.confidence:.2f}" if card.means else f"fires for {card.density:.0%} of images",
            float(codes[:, card.index][codes[:, card.index] > 0].mean()),
        )
        for card in sorted(living, key=lambda card: (not card.means, -card.confidence, card.index))
    ]
    return Dials(layer, sae, tuple(dials))


@dataclass(eq=False)
class Bench:
    """Models that were taken apart, each once."""

    task: Task
    _done: dict[str, Dials] = field(default_factory=dict)

    def dials_of(self, model: Shown) -> Dials:
        """Return the dials of a model; the first time takes seconds."""
        with model.lock:
            if model.name not in self._done:
                with DRAWING:
                    self._done[model.name] = take_apart(model, self.task)
            return self._done[model.name]

    def turn(self, asked: AskForDials, model: Shown) -> dict[str, Any]:
        """Return each feature's level on the drawing, and the answer before and after the dials were set.

        Raises:
            ValueError: there is no such feature; see also `take_apart`.
        """
        found = self.dials_of(model)
        usual = {dial.index: dial.usual for dial in found.dials}
        if unknown := sorted(set(asked.dials) - set(usual)):
            raise ValueError(f"dials={unknown}: {model.name} has no such features")
        x = painted(asked.shape, [asked.paint], asked.where)
        seen: list[Tensor] = []
        set_to = [clamp([index], level * usual[index]) for index, level in asked.dials.items()]
        edit = intervene(found.autoencoder, *set_to)

        def turned(vectors: Tensor) -> Tensor:
            seen.append(vectors.detach())
            return edit(vectors)

        with model.lock, torch.no_grad(), evaluating(model.tool), editing(model.tool, found.layer, "pooled", turned):
            after = outputs(model.tool, x).double().softmax(1)[0]
        levels = found.autoencoder.encode(seen[0])[0]
        return {
            "layer": found.layer,
            "features": [
                {
                    "index": dial.index,
                    "name": dial.name,
                    "named": dial.named,
                    "about": dial.about,
                    "level": round(float(levels[dial.index]) / dial.usual, 4),
                }
                for dial in found.dials
            ],
            "before": model.probabilities(x)[0],
            "after": [round(share, 6) for share in after.tolist()],
        }
