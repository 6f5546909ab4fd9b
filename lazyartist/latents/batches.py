"""Batches with odd images in them, of which all factors are known: what detectors and counterfactuals are judged by.

All normal images of a batch share some factors, the others are free. An odd image has another value of one of those
that are shared, or new values of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.data.grid import Grid
from lazyartist.latents.learn import LatentModel
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.posterior import Posterior, posterior_of
from lazyartist.sae.validation import whole


PART = 20_000  # images at a time


@dataclass(frozen=True)
class Protocol:
    """How a batch is drawn.

    Attributes:
        off: the factors that odd images may be off in. Normal images share them, at values that are drawn per batch.
        also_shared: how many other factors, drawn per batch, all images share.
        several: an odd image draws all of `off` anew, at least one of them to another value; otherwise it is off in
            exactly one of them.
        images: how many images a batch has.
        odd: how many of them are odd.
    """

    off: Sequence[str]
    also_shared: int = 0
    several: bool = False
    images: int = 350
    odd: int = 25

    def __post_init__(self) -> None:
        off = (self.off,) if isinstance(self.off, str) else tuple(self.off)
        object.__setattr__(self, "off", off)
        whole("also_shared", self.also_shared, least=0)
        if not off or whole("odd", self.odd) >= whole("images", self.images):
            raise ValueError(
                f"off={off!r}, {self.odd} odd ones of {self.images} images: expected one factor or more, and normal "
                "images too"
            )


@dataclass(frozen=True, eq=False)
class Batches:
    """The factors of the images of R batches; the odd images come first, which no detector knows.

    Attributes:
        factors: (R, N, F) int64.
        odd: (R, N) bool.
        off: (R, K) int64, which factor each of the odd images is off in; -1 where it may be several.
        normal: (R, F) int64, the values that normal images share.
        shared: (R, F) bool, which factors they share.
    """

    factors: Tensor
    odd: Tensor
    off: Tensor
    normal: Tensor
    shared: Tensor


def draw_batches(protocol: Protocol, grid: Grid, count: int, generator: torch.Generator) -> Batches:
    """Draw batches; all values that may be had are evenly likely.

    Raises:
        ValueError: the grid lacks a factor, has too few of them, or one that nothing can be off in.
    """
    names, sizes = list(grid.sizes), torch.tensor(list(grid.sizes.values()))
    if wrong := [name for name in protocol.off if grid.sizes.get(name, 0) < 2]:
        raise ValueError(f"off={wrong}: expected some of {', '.join(names)}, with two values or more each")
    if len(protocol.off) + protocol.also_shared > len(names):
        raise ValueError(f"{len(protocol.off)} and {protocol.also_shared} factors to be shared: there are {len(names)}")
    may_be_off = torch.tensor([name in protocol.off for name in names])
    rank = torch.rand(count, len(names), generator=generator).masked_fill(may_be_off, -1).argsort(1).argsort(1)
    shared = rank < int(may_be_off.sum()) + protocol.also_shared

    def values(*shape: int) -> Tensor:
        return (torch.rand(*shape, len(names), generator=generator, dtype=torch.float64) * sizes).long()

    normal = values(count)
    factors = normal[:, None].where(shared[:, None], values(count, protocol.images))
    first = factors[:, : protocol.odd]  # a view: what is written here is written there
    if protocol.several:
        off = torch.full((count, protocol.odd), -1)
        while bool((same := (first == normal[:, None])[..., may_be_off].all(2)).any()):
            first.copy_(values(count, protocol.odd).where(same[..., None] & may_be_off, first))
    else:
        among = may_be_off.nonzero()[:, 0]
        off = among[torch.randint(len(among), (count, protocol.odd), generator=generator)]
        step = 1 + (torch.rand(off.shape, generator=generator, dtype=torch.float64) * (sizes[off] - 1)).long()
        own = first.gather(2, off[..., None])[..., 0]
        first.scatter_(2, off[..., None], ((own + step) % sizes[off])[..., None])
    odd = (torch.arange(protocol.images) < protocol.odd).expand(count, -1)
    return Batches(factors, odd, off, normal, shared)


def index_encoder(model: LatentModel, pictures: Pictures) -> Callable[[Tensor], Posterior]:
    """Return a function from indices (…) of images to the posterior of their latents, mean (…, Z).

    It gives what `model.encode` does of the rendered images, but for rounding; where images can be projected cheaply,
    none is rendered.
    """
    read = model.coder.reader(pictures)

    @torch.no_grad()
    def encode(index: Tensor) -> Posterior:
        outputs = torch.cat([model.coder.encoder(read(part)) for part in torch.split(index.flatten(), PART)])
        return posterior_of(outputs.view(*index.shape, -1), model.circles, model.sharpest)

    return encode
