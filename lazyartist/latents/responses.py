"""What does a latent look at? Change one factor in the image and nothing else, and see how far each latent moves.

A heat map says where a gradient is, not what it is about. Images whose factors can be changed answer the question
itself: does the latent of the object's hue move when only the wall gets another hue?
"""

from __future__ import annotations

import math

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.data.images import Images, Paintable, UnsupportedError
from lazyartist.latents.angles import offsets
from lazyartist.latents.learn import LatentModel
from lazyartist.sae.validation import whole
from lazyartist.seeding import seed_from


MOVES = 1.0  # standard deviation of the posterior: what moves less is within what the encoder is unsure of


@dataclass(frozen=True, eq=False)
class Responses:
    """How far each latent moves, mean over images, when exactly one factor is changed to another value.

    Attributes:
        factors: F names.
        in_sds: (Z, F), in standard deviations of the posterior.
        of_range: (Z, F), as a share of how far it can move: half a turn for an angle; for a line the width of the
            middle 95 % of its means.
        of_everything: (Z, F), as a share of how far it moves when all these factors change at once: about 1 where the
            one factor alone decides the latent, 0 where it has no say. Together they may exceed 1.
        active: (Z,) bool; the rows of latents that are not in use are NaN.
        n: how many images each factor was changed in.
    """

    factors: tuple[str, ...]
    in_sds: Tensor
    of_range: Tensor
    of_everything: Tensor
    active: Tensor
    n: int

    def latent_of(self, factor: str) -> int:
        """Return the latent that this factor decides most of, of those that look at it, or else the one it moves most.

        Raises:
            ValueError: there is no such factor.
        """
        place = self._place(factor)
        moved, share = self.in_sds[:, place].nan_to_num(-1), self.of_everything[:, place].nan_to_num(-1)
        looking = moved > MOVES
        return int(share.where(looking, -1).argmax() if bool(looking.any()) else moved.argmax())

    def looks_at(self, latent: int, factor: str) -> bool:
        """Does the latent move by more than its posterior's standard deviation when only this factor changes?"""
        return bool(self.in_sds[latent, self._place(factor)] > MOVES)

    def answer(self, own: str, other: str) -> str:
        """Return in words whether the latent of one factor looks at another one."""
        latent, place = self.latent_of(own), self._place(other)
        verdict = "yes" if self.looks_at(latent, other) else "no"
        share, sds = float(self.of_everything[latent, place]), float(self.in_sds[latent, place])
        mine = float(self.of_everything[latent, self._place(own)])
        return (
            f"Does the latent of {own} (latent {latent}) look at {other}? {verdict}: when only {other} changes, it "
            f"moves {sds:.2f} standard deviations of its posterior, {share:.3f} of what it moves when everything does "
            f"({own}: {mine:.3f}; {self.n} images)"
        )

    def _place(self, factor: str) -> int:
        if factor not in self.factors:
            raise ValueError(f"factor {factor!r}: expected one of {', '.join(self.factors)}")
        return self.factors.index(factor)


def measure_responses(
    model: LatentModel, images: Images, *, factors: Sequence[str] | None = None, n: int = 512, seed: int = 0
) -> Responses:
    """Change each factor in n images to another of its values, all evenly likely, and measure how far latents move.

    Args:
        model: whose encoder is asked.
        images: of which any factor can be changed.
        factors: which factors are changed; None for all that have two values or more.
        n: how many images.
        seed: of the images and of the new values.

    Raises:
        UnsupportedError: the images cannot be repainted.
        ValueError: there is no such factor, it has one value only, or there are no images.
        KeyError: this factor cannot be changed on an image.
    """
    if not isinstance(images, Paintable):
        raise UnsupportedError(
            f"{images!r} cannot be repainted, it has no `paint`: what a latent looks at can be tried out only where a "
            "factor can be changed in the image"
        )
    n = whole("n", n, least=2)
    names = _checked_factors(images, factors)
    generator = torch.Generator().manual_seed(seed_from("responses", seed))
    index = torch.randint(len(images), (n,), generator=generator)
    others = {name: _another(images, name, index, generator) for name in names}
    start = model.encode(images.render(index))
    moves, sds = [], []
    for changed in [*({name: values} for name, values in others.items()), others]:
        end = model.encode(images.paint(index, changed))
        far = offsets(end.mean, start.mean, model.circles).abs()
        sds.append((far / ((start.sd.square() + end.sd.square()) / 2).sqrt()).mean(0))
        moves.append(far.mean(0))
    *single, everything = moves
    move = torch.stack(single, 1)
    most = torch.cat([torch.full((model.circles,), math.pi), _extent(start.mean[:, model.circles :])])
    dead = ~model.active[:, None]

    def of(shares: Tensor) -> Tensor:
        return shares.masked_fill(dead, math.nan)

    return Responses(
        names,
        of(torch.stack(sds[:-1], 1)),
        of(move / most.clamp_min(1e-12)[:, None]),
        of(move / everything.clamp_min(1e-12)[:, None]),
        model.active,
        n,
    )


def _extent(means: Tensor) -> Tensor:
    if not means.numel():  # of which `quantile` knows nothing
        return means.new_zeros(means.shape[1])
    low, high = means.quantile(torch.tensor([0.025, 0.975]), dim=0).unbind(0)
    return high - low


def _checked_factors(images: Images, factors: Sequence[str] | None) -> tuple[str, ...]:
    if factors is None:
        return tuple(name for name, size in images.sizes.items() if size > 1)
    if wrong := [name for name in factors if images.sizes.get(name, 0) < 2]:
        raise ValueError(f"factors={wrong}: expected some of {', '.join(images.sizes)}, with two values or more each")
    return tuple(factors)


def _another(images: Images, name: str, index: Tensor, generator: torch.Generator) -> Tensor:
    """Return another value of a factor for each image, (n,), drawn evenly from those that it does not have."""
    size = images.sizes[name]
    own = images.factors[name][index]
    return (own + torch.randint(1, size, index.shape, generator=generator)) % size
