"""An encoder and a decoder that know what a place is: one object before a background that stays."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from torch import Tensor, nn

from lazyartist.latents import CODERS
from lazyartist.latents.coder import SAMPLE, Coder, mlp
from lazyartist.latents.pictures import Pictures
from lazyartist.sae.validation import whole
from lazyartist.seeding import seed_from


PLACE = 2  # across and down
LOG_VARIANCE = -4.0  # of a place, at first


def moved(images: Tensor, by: Tensor) -> Tensor:
    """Return images (B, C, H, W) moved by (B, 2) across and down, in half widths and heights; what comes in is 0."""
    turn = torch.eye(2).expand(len(images), 2, 2)
    grid = nn.functional.affine_grid(torch.cat([turn, -by[..., None]], 2), list(images.shape), align_corners=False)
    return nn.functional.grid_sample(images, grid, align_corners=False)


class Scene(nn.Module):
    """What the images of a dataset have in common: a background, and where the object before it may be.

    Attributes:
        background: (C, H, W), the median of each pixel.
        middle: (2,), the mean place of the object, across and down, from -1 to 1.
        reach: (2,), its standard deviation.
    """

    background: Tensor
    middle: Tensor
    reach: Tensor

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        self.register_buffer("background", torch.zeros(*shape))
        self.register_buffer("middle", torch.zeros(PLACE))
        self.register_buffer("reach", torch.ones(PLACE))

    def fit_to(self, images: Tensor) -> None:
        """Measure them on images (B, C, H, W)."""
        self.background.copy_(images.median(0).values)
        places = self.places(self.objects(images.flatten(1)))
        self.middle.copy_(places.mean(0))
        self.reach.copy_(places.std(0).clamp_min(1e-3))

    def objects(self, x: Tensor) -> Tensor:
        """Return what differs from the background in images (B, C·H·W): (B, C, H, W)."""
        return x.view(-1, *self.background.shape) - self.background

    def places(self, objects: Tensor) -> Tensor:
        """Return where the middle of the object is, (B, 2), across and down, from -1 to 1."""
        mass = objects.abs().sum(1) + 1e-9
        down, across = ((torch.arange(n) + 0.5) / n * 2 - 1 for n in mass.shape[1:])
        centre = torch.stack([(mass.sum(1) * across).sum(1), (mass.sum(2) * down).sum(1)], 1)
        return centre / mass.sum((1, 2))[:, None]


class Looking(nn.Sequential):
    """Layers that see the object moved into the middle; where it was goes past them into the last two latents."""

    def __init__(self, scene: Scene, *layers: nn.Module) -> None:
        super().__init__(*layers)
        self._scene = [scene]  # the coder's own, not a part of this one
        self.log_variance = nn.Parameter(torch.full((PLACE,), LOG_VARIANCE))

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 2 Z) for images (B, C·H·W)."""
        (scene,) = self._scene
        objects = scene.objects(x)
        places = scene.places(objects)
        seen = moved(objects, -places).flatten(1)
        for layer in self:
            seen = layer(seen)
        first, second = seen.chunk(2, -1)
        where = (places - scene.middle) / scene.reach
        return torch.cat([first, where, second, self.log_variance.expand(len(x), PLACE)], -1)


class Showing(nn.Module):
    """Draw the object in the middle, move it to its place, and put the background behind it."""

    def __init__(self, scene: Scene, content: nn.Sequential) -> None:
        super().__init__()
        self._scene = [scene]
        self.content = content

    def forward(self, seen: Tensor) -> Tensor:
        """Return images (B, C·H·W) of coordinates (B, Z + circles)."""
        (scene,) = self._scene
        objects = self.content(seen[:, :-PLACE]).view(-1, *scene.background.shape)
        places = seen[:, -PLACE:] * scene.reach + scene.middle
        return (scene.background + moved(objects, places)).flatten(1)


@CODERS.register("spatial", source="the idea: Bepler et al. 2019, arXiv:1909.11663")
class Spatial(Coder):
    """Two hidden layers both ways on the object alone, moved into the middle; the last two latents are its place.

    That an image shows one thing before a background, and that a thing stays what it is where it moves, is prior
    knowledge: where it does not hold, take another coder.

    Args:
        shape: (C, H, W) of the images.
        latents: Z, at least three.
        circles: how many of them are angles; the last two are not.
        width: of the hidden layers.
    """

    def __init__(self, shape: Sequence[int], latents: int, circles: int, *, width: int = 256) -> None:
        content = latents - PLACE
        if content < 1 or circles > content:
            raise ValueError(
                f"{latents} latents, {circles} of them on circles: spatial keeps the last two, on lines, for a place; "
                "take three latents or more, and of circle_vae lines=2"
            )
        pixels = shape[0] * shape[1] * shape[2]
        hidden = whole("width", width)
        scene = Scene(shape)
        looking = Looking(scene, *mlp((pixels, hidden, hidden, 2 * content)))
        showing = Showing(scene, nn.Sequential(*mlp((content + circles, hidden, hidden, pixels))))
        super().__init__(shape, looking, showing, pixels)
        self.scene = scene

    def fit_to(self, pictures: Pictures, seed: int) -> None:
        """Measure the background, and where the object may be."""
        generator = torch.Generator().manual_seed(seed_from("scene", seed))
        images = pictures.some(SAMPLE, generator)
        self.scene.fit_to(images)
        # one number for all pixels: where no object ever is, a pixel has no spread, and must not count for more
        self.spread.fill_(float(images.flatten(1).std(0).square().mean().sqrt()))

    def silence(self, latents: Tensor) -> None:
        """See `Coder`; a place is what it is."""
        super().silence(latents[:-PLACE])
