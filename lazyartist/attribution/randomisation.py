"""The randomisation test: a map that stays the same while the weights are drawn anew says nothing about the model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from torch import Generator, Tensor, nn

from lazyartist.attribution.base import Map
from lazyartist.attribution.target import Target
from lazyartist.seeding import seed_from


@dataclass(frozen=True, eq=False)
class RandomisationTest:
    """How alike maps remain while more and more layers lose what they have learnt.

    Attributes:
        layers: dotted names, in the order in which they are drawn anew, the last layer first; each stays so.
        correlation: (L, N) Spearman's rank correlation with the trained model's map; 0 if one of the two is constant.
    """

    layers: tuple[str, ...]
    correlation: Tensor


def randomise_layers(
    model: nn.Module, images: Tensor, target: Target, method: Map, *, seed: int = 0
) -> RandomisationTest:
    """Draw the layers anew, from the last to the first, and compare the maps each time; then put all weights back.

    Args:
        model: images to logits.
        images: (N, C, H, W) in [0, 1].
        target: see `Map.__call__`.
        method: the attribution method that is on trial.
        seed: of the new weights.

    Raises:
        ValueError: the method is none; or see `Map.__call__`.

    Source: Adebayo et al. 2018, cascading randomisation, arXiv:1810.03292.
    """
    if not callable(method):
        raise ValueError(f"method={method!r}: expected a map, such as Saliency()")
    before = method(model, images, target)
    names = [name for name, module in model.named_modules() if any(True for _ in module.parameters(recurse=False))]
    generator = torch.Generator().manual_seed(seed_from("sanity", seed))
    correlation = []
    with _restoring(model):
        for name in reversed(names):
            _draw(model.get_submodule(name), generator)
            correlation.append(spearman(before, method(model, images, target)))
    return RandomisationTest(tuple(reversed(names)), torch.stack(correlation))


def spearman(a: Tensor, b: Tensor) -> Tensor:
    """Return (N,) Spearman's rank correlation of maps (N, h, w); equal values share their rank."""
    x, y = _mid_ranks(a.flatten(1)), _mid_ranks(b.flatten(1))
    x, y = x - x.mean(1, keepdim=True), y - y.mean(1, keepdim=True)
    size = (x.square().sum(1) * y.square().sum(1)).sqrt()
    return ((x * y).sum(1) / size.where(size > 0, 1)).float()


def _mid_ranks(x: Tensor) -> Tensor:
    ordered = x.sort(1).values
    below, upto = (torch.searchsorted(ordered, x.contiguous(), right=right) for right in (False, True))
    return (below + upto).double() / 2


def _draw(module: nn.Module, generator: Generator) -> None:
    """Give each tensor of weights new ones with the mean and the spread of the old."""
    with torch.no_grad():
        for weights in module.parameters(recurse=False):
            spread = weights.std(correction=0)
            noise = torch.randn(weights.shape, generator=generator).to(weights.device)
            weights.copy_(weights.mean() + spread * noise)


@contextmanager
def _restoring(model: nn.Module) -> Iterator[None]:
    kept = [(weights, weights.detach().clone()) for weights in model.parameters()]
    try:
        yield
    finally:
        with torch.no_grad():
            for weights, old in kept:
                weights.copy_(old)
