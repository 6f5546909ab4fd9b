"""Questions asked of a trained model: any `torch.nn.Module` from images (B, 3, H, W) in [0, 1] to logits."""

from lazyartist.probes.accuracy import Accuracy, accuracy
from lazyartist.probes.groups import Cells, cells
from lazyartist.probes.recolour import Recolouring, recolour


__all__ = ["Accuracy", "Cells", "Recolouring", "accuracy", "cells", "recolour"]
