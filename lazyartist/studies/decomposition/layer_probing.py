"""Task 6: layer-wise probing: is the bias attribute in the hidden states, and is the class?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.activations import activations
from lazyartist.attribution.layer import map_layers
from lazyartist.knobs import knob
from lazyartist.sae.layer_probing import probe_layer
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import Run
from lazyartist.studies.decomposition.metrics import AUROC, CEILING, MEANS
from lazyartist.studies.decomposition.trained_saes import SaeUsingStudy, train_saes
from lazyartist.studies.lazy import LAZY


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazyartist.training.store import Store, Trained


@STUDIES.register("layer_probing")
@dataclass(frozen=True)
class LayerProbingStudy(SaeUsingStudy):
    """Task 6: attribute and class in every layer of lazy, cured and unbiased models, and of one trained without colour.

    Attributes:
        steps: gradient steps of an autoencoder.
        images: how many to choose and fit on, and how many others to judge on.
        variant: of sparse autoencoder, with its knobs.
        expansion: features of an autoencoder per channel of its layer.
    """

    name: ClassVar[str] = "layer_probing"
    default_strategies: ClassVar[tuple[str, ...]] = (LAZY, "colour_consistency", CEILING, "grayscale_erm")

    steps: int = knob(800, low=1, whole=True)
    images: int = knob(4000, low=2, whole=True)
    variant: str = "topk:k=8"
    expansion: int = knob(2, low=1, whole=True)

    def sae_variants(self) -> Sequence[str]:
        """Return the one variant."""
        return (self.variant,)

    def facts(self, run: Run, trained: Trained, store: Store) -> Iterator[Fact]:
        """Yield, for every layer, the mean AUROC over attribute values and over classes, and each one's own."""
        task, model = run.task(), trained.model
        unbiased = task.fair_split("probing layers")
        seen, fair, test = (split.subset(slice(0, self.images)) for split in (task.train, unbiased, task.test))
        for layer in map_layers(model, test.render(slice(0, 2))):
            seen_vectors, x, x_test = (activations(model, layer, split) for split in (seen, fair, test))
            vectors = torch.cat([seen_vectors, x])
            width = self.expansion * vectors.shape[1]
            (sae,) = train_saes(store, trained, layer, vectors, self.variant, width=width, budget=self.sae_budget)
            for factor in (*fair.bias, fair.target):
                probed = probe_layer(sae, (x, fair.factor(factor)), (x_test, test.factor(factor)))
                for means in MEANS:
                    scores = getattr(probed, means)
                    detail = [round(s, 4) for s in scores.tolist()]
                    where = {"layer": layer, "factor": factor, "by": means}
                    yield Fact(AUROC, float(scores.mean()), len(test), "", detail, at=where)
