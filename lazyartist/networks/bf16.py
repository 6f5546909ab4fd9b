"""A network in bfloat16, for processors and cards that multiply such numbers faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from torch import Tensor, nn

from lazyartist.networks import NETWORKS, check_counts
from lazyartist.networks.deeper_cnn import DeeperCNN
from lazyartist.networks.head import head_of
from lazyartist.networks.simple_cnn import SimpleCNN
from lazyartist.networks.small_resnet import SmallResNet18
from lazyartist.registry import unknown


# named here, not looked up, so that a row's key knows their code
CONVOLUTIONAL: Mapping[str, Callable[..., nn.Module]] = {
    "simple_cnn": SimpleCNN,
    "deeper_cnn": DeeperCNN,
    "resnet18": SmallResNet18,
}


class Exact(nn.Linear):
    """A linear layer that is computed in float32 inside autocast, too."""

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs) of (B, inputs)."""
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x)


@NETWORKS.register("bf16", source="Kalamkar et al. 2019, arXiv:1905.12322; by torch.autocast")
class InBf16(nn.Module):
    """Another network whose convolutions are computed in bfloat16; weights, features and logits stay float32.

    Products have 8 significant bits instead of 24. It pays where the processor has an instruction for them
    (`avx512_bf16`, `amx_bf16`), or on a card, and is slower elsewhere.

    Args:
        classes: number of outputs.
        of: name of the network: simple_cnn, deeper_cnn or resnet18.
        width: channels of its first layer; of a whole resnet18, 64.
    """

    def __init__(self, classes: int = 10, of: str = "simple_cnn", width: int = 16) -> None:
        super().__init__()
        if of not in CONVOLUTIONAL:
            raise unknown("network in bfloat16", str(of), list(CONVOLUTIONAL))
        check_counts(classes=classes, width=width)
        self.network = CONVOLUTIONAL[of](classes=classes, width=width)
        head = head_of(self.network)
        head.__class__ = Exact
        head.register_forward_pre_hook(_in_float32)  # before any other: whoever looks at features sees float32

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (B, classes) of images (B, 3, H, W) in [0, 1]."""
        with torch.autocast(x.device.type, dtype=torch.bfloat16):
            logits: Tensor = self.network(x)
        return logits


def _in_float32(layer: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    del layer
    return tuple(each.float() for each in inputs)
