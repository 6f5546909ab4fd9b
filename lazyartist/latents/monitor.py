"""An activation monitor: which unit of which layer of an encoder answers to which factor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.activations import activations
from lazyartist.data.images import Split
from lazyartist.latents.latent_net import LatentNet
from lazyartist.latents.learn import LatentModel
from lazyartist.statistics import eta_squared


LEAST = 0.1  # of its variance must be explained for a unit to be counted to a factor, as in `unit_selectivity`
COUNTED = (nn.Flatten, nn.Unflatten)  # change the shape and nothing else: not what a layer is followed by


@dataclass(frozen=True, eq=False)
class LayerAnswers:
    """What the units of one layer answer to.

    Attributes:
        layer: its name in a `LatentNet`: "encoder.2".
        kind: what is seen of it: "Linear, SiLU".
        factors: F names.
        explained: (K, F) in [0, 1], the share of each unit's variance that each factor explains, η². Even noise has
            about values / images; factors that are independent of each other share 1 between them, and what is left is
            explained by several together.
        dead: (K,) bool, units that are the same for every image.
    """

    layer: str
    kind: str
    factors: tuple[str, ...]
    explained: Tensor
    dead: Tensor

    @property
    def best(self) -> Tensor:
        """(K,) int64, the factor that explains most of each unit; -1 where none explains a tenth, or it is dead."""
        most, factor = self.explained.max(1)
        return factor.masked_fill((most <= LEAST) | self.dead, -1)

    @property
    def counts(self) -> dict[str, int]:
        """How many units answer to each factor before all others, to none by itself, and to nothing at all."""
        best = self.best
        own = {factor: int((best == place).sum()) for place, factor in enumerate(self.factors)}
        return {**own, "none": int(((best < 0) & ~self.dead).sum()), "dead": int(self.dead.sum())}


def monitor(model: LatentModel, split: Split) -> tuple[LayerAnswers, ...]:
    """Return what the units of each layer of the encoder answer to, from the first layer to the last.

    Of a convolution a unit is a channel, and its activation the mean over positions. Units of the last layer are the
    two numbers of each latent: mean and log variance, or the pair whose direction is an angle.

    Args:
        model: whose encoder is watched.
        split: images in which the factors say nothing of each other, a thousand or so: a random sample of a grid.

    Raises:
        ValueError: there are no images, or a factor has the same value in all of them.
    """
    net = LatentNet(model)
    groups = {name: split.factor(name) for name, size in split.images.sizes.items() if size > 1}
    for name, values in groups.items():
        if not len(values) or bool((values == values[0]).all()):
            raise ValueError(f"{name} has one value in these {len(values)} images: give images in which it differs")
    return tuple(_answers(net, layer, kind, split, groups) for layer, kind in encoder_layers(net))


def encoder_layers(net: LatentNet) -> Iterator[tuple[str, str]]:
    """Yield name and kind of each layer with weights, seen behind what follows it without weights: its ReLU."""
    children = list(net.encoder.named_children())
    for place, (name, module) in enumerate(children):
        if not any(True for _ in module.parameters()):
            continue
        seen, kind = name, type(module).__name__
        for after, follower in children[place + 1 :]:
            if any(True for _ in follower.parameters()) or isinstance(follower, COUNTED):
                break
            seen, kind = after, f"{kind}, {type(follower).__name__}"
        yield f"encoder.{seen}", kind


def _answers(net: LatentNet, layer: str, kind: str, split: Split, groups: dict[str, Tensor]) -> LayerAnswers:
    units = activations(net, layer, split)
    explained = torch.stack([eta_squared(units, values) for values in groups.values()], 1)
    return LayerAnswers(layer, kind, tuple(groups), explained.float(), units.amax(0) == units.amin(0))
