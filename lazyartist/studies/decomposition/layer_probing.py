"""Task 6: is colour in the hidden states, layer by layer?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.activations import activations
from lazyartist.attribution.layer import map_layers
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.layer_probing import probe_layer
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained

VARIANT, TRAINING = TopK(k=8), SaeBudget(steps=800)
WIDER = 2  # features for each channel
ASKED = 4000  # images to choose and fit on, and as many others to judge on


@STUDIES.register("layer_probing")
class PresenceStudy(Study):
    """Task 6: colour and shape in every layer of lazy, cured and unbiased models, and of one that saw no colour."""

    name: ClassVar[str] = "layer_probing"
    strategies: ClassVar[tuple[str, ...]] = ("lazy", "colour_consistency", "oracle", "grayscale_erm")

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield, for every layer, the mean AUROC over colours and over classes, and each one's own."""
        task, model = run.task(), trained.model
        seen, fair, test = (data.subset(slice(0, ASKED)) for data in (task.train, task.unbiased, task.hard["uniform"]))
        for layer in map_layers(model, test.render(slice(0, 2))):
            at_seen, at_fair, at_test = (activations(model, layer, data) for data in (seen, fair, test))
            x = torch.cat([at_seen, at_fair])
            (found,) = train(VARIANT, x, features=WIDER * x.shape[1], budget=TRAINING)
            for what in ("colours", "labels"):
                told = probe_layer(found, (at_fair, getattr(fair, what)), (at_test, getattr(test, what)))
                for means in ("feature", "channel", "probe"):
                    scores = getattr(told, means)
                    detail = [round(s, 4) for s in scores.tolist()]
                    yield Fact(f"{what} by {means}: {layer}", float(scores.mean()), len(test), "", detail)
