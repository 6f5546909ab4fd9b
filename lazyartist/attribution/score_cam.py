"""Score-CAM: channels, weighed by the score of the image masked by each of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.attribution import MAPS
from lazyartist.attribution.base import checked_images
from lazyartist.attribution.layer import LayerMap, activation
from lazyartist.attribution.postprocess import normalise, upsample
from lazyartist.attribution.target import Target, of_rows, scores
from lazyartist.inference import BATCH, evaluating, outputs


@MAPS.register("score_cam", source="Wang et al. 2020, arXiv:1910.01279")
@dataclass(frozen=True)
class ScoreCam(LayerMap):
    """Σₖ wₖ Aₖ, with w the softmax over the channels of the score of the image times channel k, stretched to [0, 1].

    No gradient is taken. A channel of one value everywhere masks all of the image: one score of a black image stands
    for them all.
    """

    def __call__(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return the raw maps (N, h, w); see `Map.__call__`."""
        x = checked_images(images)
        a = activation(model, self.layer, x)
        n, channels = a.shape[:2]
        flat = a.flatten(0, 1)  # (N K, h, w)
        shown = (flat.amax((1, 2)) > flat.amin((1, 2))).nonzero()[:, 0]
        with evaluating(model), torch.no_grad():
            black = outputs(model, torch.zeros_like(x[:1])).expand(n, -1)
            weights = scores(black, target).repeat_interleave(channels)
            for start in range(0, len(shown), BATCH):
                rows = shown[start : start + BATCH]
                image = rows // channels
                masks = normalise(upsample(flat[rows], (x.shape[2], x.shape[3])))
                masked = (x[image] * masks[:, None]).contiguous(memory_format=torch.channels_last)
                weights[rows] = scores(outputs(model, masked), of_rows(target, image))
        shares = weights.view(n, channels).softmax(1)
        return (shares[:, :, None, None] * a).sum(1)
