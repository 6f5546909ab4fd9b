"""The odd images of a whole dataset: found in its latents, said in which, and shown as they would be otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.latents.counterfactuals import counterfactuals
from lazyartist.latents.learn import PART, LatentModel
from lazyartist.latents.normal import Normal
from lazyartist.latents.odd_image import OddImage, latent_name
from lazyartist.latents.outliers import FALSE_ALARMS, learn_normal
from lazyartist.latents.page import odd_page
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.posterior import Posterior
from lazyartist.latents.traversals import as_ways, traverse


if TYPE_CHECKING:
    import numpy as np

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class OddImages:
    """What is odd in a dataset.

    Attributes:
        odd: the oddest images, the oddest first.
        flagged: how many images lie beyond the threshold.
        images: how many there are.
        threshold: the distance from which on one counts as odd.
        model: what they were found with.
        means: (N, Z) of all images.
    """

    odd: Sequence[OddImage]
    flagged: int
    images: int
    threshold: float
    model: LatentModel
    means: Tensor

    def lines(self) -> list[str]:
        """Return a line for each odd image that is shown: its name, how odd it is, and in which latent."""
        wide = max((len(one.name) for one in self.odd), default=0)
        circles = self.model.circles
        return [
            f"{one.name:<{wide}}  {one.distance:6.1f}  mostly latent {latent_name(one.latent, circles)}"
            for one in self.odd
        ]

    def page(self, title: str) -> str:
        """Return an HTML page of the odd images, and of what the latents stand for."""
        middle = self.means.median(0).values
        ways = as_ways(traverse(self.model, middle, means=self.means, steps=9))
        unused = [str(latent) for latent in (~self.model.active).nonzero()[:, 0].tolist()]
        notes = [f"Latents that hold nothing of an image are left out: {', '.join(unused)}."] if unused else []
        if self.flagged > len(self.odd):
            notes.append(f"{self.flagged:,} images are that far; the oddest are shown.")
        return odd_page(
            title, self.odd, images=self.images, threshold=self.threshold, circles=self.model.circles, ways=ways,
            note=" ".join(notes),
        )  # fmt: skip


def find_odd_images(
    model: LatentModel, pictures: Pictures, names: Sequence[str], *, most: int = 24, false_alarms: float = FALSE_ALARMS
) -> OddImages:
    """Find the images of a dataset that are unlike its others; no label is needed.

    Args:
        model: latents of these images, or of images like them.
        pictures: the images.
        names: what each is called.
        most: how many to show.
        false_alarms: the share of normal images that may lie beyond the threshold.

    Raises:
        ValueError: there are too few images for so many latents, or no latent is in use.
    """
    everything = torch.split(torch.arange(len(pictures)), PART)
    parts = [model.encode(pictures.render(part)) for part in everything]
    posterior = Posterior(
        torch.cat([part.mean for part in parts]), torch.cat([part.precision for part in parts]), model.circles
    )
    normal = learn_normal(posterior, model.active, false_alarms=false_alarms)
    judged = normal.judge(posterior.mean)
    which = judged.distance.argsort(descending=True)[:most]
    which = which[judged.flagged[which]]
    odd = shown_odd(model, normal, posterior, which, pictures.render(which), names) if len(which) else []
    return OddImages(odd, int(judged.flagged.sum()), len(pictures), judged.threshold, model, posterior.mean)


def shown_odd(
    model: LatentModel, normal: Normal, batch: Posterior, which: Tensor, images: Tensor, names: Sequence[str]
) -> list[OddImage]:
    """Return what is shown of some images of a batch: how odd each is, in which latent, and how it would be otherwise.

    Args:
        model: whose latents they are.
        normal: what is normal in the batch.
        batch: posterior of all its images, mean (N, Z).
        which: (K,) int64, the images to be shown.
        images: (K, C, H, W), what they look like.
        names: what each of the N images is called.
    """
    judged = normal.judge(batch.mean)
    made = counterfactuals(normal, batch, which)
    otherwise = as_pictures(model.decode(made.z.float()))
    shown, decoded = as_pictures(images), as_pictures(model.decode(batch.mean[which]))
    return [
        OddImage(
            name=names[image],
            image=shown[place],
            distance=float(judged.distance[image]),
            z=judged.z[image].tolist(),
            latent=int(judged.latent[image]),
            reconstruction=decoded[place],
            counterfactual=otherwise[place],
            words=f"moved: latent {', '.join(_moved(made.moved[place], model.circles))}",
        )
        for place, image in enumerate(which.tolist())
    ]


def as_pictures(images: Tensor) -> NDArray[np.float32]:
    """Return images (…, C, H, W) as figures take them, (…, H, W, C)."""
    pictures: NDArray[np.float32] = images.movedim(-3, -1).cpu().numpy()
    return pictures


def _moved(moved: Tensor, circles: int) -> list[str]:
    return [latent_name(latent, circles) for latent in moved.nonzero()[:, 0].tolist()]
