"""What is odd among the images of its class, in latents that no label taught: images that contradict a shortcut are."""

from __future__ import annotations

import torch

from torch import Tensor

from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.learn import PART, LatentModel, learn
from lazyartist.latents.outliers import PER_LATENT, learn_normal
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.posterior import Posterior
from lazyartist.latents.vae import Vae


LATENTS = 6
CODER = "basis_mlp:axes=64:width=128"


def learn_briefly(pictures: Pictures, *, steps: int, seed: int) -> LatentModel:
    """Learn the few latents in which a dataset's images differ most; a shortcut that is easy to see is among them."""
    return learn(Vae(), pictures, latents=LATENTS, coder=CODER, budget=LatentBudget(steps=steps), seed=seed)


def posterior_of_all(model: LatentModel, pictures: Pictures) -> Posterior:
    """Return what a model says of every image of a dataset."""
    parts = [model.encode(pictures.render(part)) for part in torch.split(torch.arange(len(pictures)), PART)]
    mean, precision = (torch.cat([getattr(part, name) for part in parts]) for name in ("mean", "precision"))
    return Posterior(mean, precision, model.circles)


def class_outliers(posterior: Posterior, active: Tensor, labels: Tensor) -> Tensor:
    """Return how odd each image is among those of its class, (N,) float64; what is above 1 counts as odd.

    Of a class with too few images to learn from them what is normal, nothing is said: 0.

    Args:
        posterior: of N images.
        active: (Z,) bool, which latents are in use.
        labels: (N,) int64, their classes.
    """
    oddness = torch.zeros(len(labels), dtype=torch.float64)
    for label in torch.unique(labels).tolist():
        members = labels == label
        if int(members.sum()) < PER_LATENT * int(active.sum()) or not bool(active.any()):
            continue
        own = Posterior(posterior.mean[members], posterior.precision[members], posterior.circles)
        normal = learn_normal(own, active)
        oddness[members] = normal.judge(own.mean).distance / normal.threshold
    return oddness
