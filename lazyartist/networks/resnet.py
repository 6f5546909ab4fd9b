"""ResNets of 18 and 50 layers as torchvision has them for photographs, with weights of a file if you have one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.models import resnet18, resnet50

from lazyartist.networks import NETWORKS


@NETWORKS.register("torchvision_resnet18", source="He et al. 2016, arXiv:1512.03385")
def large_resnet18(classes: int = 10, weights: str = "") -> nn.Module:
    """ResNet-18 as torchvision has it, for photographs; `weights`: a file of its weights, .pth or .safetensors."""
    return _with_weights(resnet18, classes, weights)


@NETWORKS.register("torchvision_resnet50", source="He et al. 2016, arXiv:1512.03385")
def large_resnet50(classes: int = 10, weights: str = "") -> nn.Module:
    """ResNet-50 as torchvision has it, for photographs; `weights`: a file of its weights, .pth or .safetensors."""
    return _with_weights(resnet50, classes, weights)


class Normalised(nn.Module):
    """A network that sees images as torchvision's weights were trained on them: shifted and scaled by channel.

    Args:
        network: from such images to logits.
    """

    mean: Tensor
    sd: Tensor

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1))
        self.register_buffer("sd", torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of images (B, 3, H, W) in [0, 1]."""
        logits: Tensor = self.network((x - self.mean) / self.sd)
        return logits


def _with_weights(make: Callable[..., nn.Module], classes: int, weights: str) -> nn.Module:
    """Return a network with a fresh last layer, and all others from a file."""
    network = make(weights=None, num_classes=classes)
    if weights:
        known = {name: tensor for name, tensor in _read(Path(weights)).items() if not name.startswith("fc.")}
        own = {name: tensor for name, tensor in network.state_dict().items() if not name.startswith("fc.")}
        old = {name for name in own if name.endswith("num_batches_tracked")} - set(known)  # not in older files
        wrong = [n for n in sorted({*own, *known} - old) if _shape(own.get(n)) != _shape(known.get(n))]
        if wrong:
            raise ValueError(f"{weights} does not fit: {', '.join(wrong[:3])}; expected torchvision's {make.__name__}")
        network.load_state_dict(known, strict=False)
    return Normalised(network)


def _read(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise ValueError(f"there is no file {path}: torchvision's weights, once downloaded, are one")
    if path.suffix == ".safetensors":
        return load_file(path)
    try:  # tensors alone: nothing in the file can run
        return dict(torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:
        raise ValueError(f"{path} holds no weights that can be read without running code: {error}") from error


def _shape(tensor: Tensor | None) -> tuple[int, ...] | None:
    return None if tensor is None else tuple(tensor.shape)
