"""The models that are asked, the control on grey images, and the images that agree or conflict with the bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from lazyartist.attribution.layer import map_layers
from lazyartist.data.images import WithForeground
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.grayscale_erm import GrayscaleErm, without_colour


if TYPE_CHECKING:
    from lazyartist.data.images import Split
    from lazyartist.data.task import Task
    from lazyartist.studies.classifiers import Run


class GreyInput(nn.Module):
    """A network that is asked about images without their colour, as the control was trained."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.training = network.training

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (B, classes) of the grey versions of images (B, C, H, W)."""
        logits: Tensor = self.network(without_colour(x))
        return logits


def as_trained(run: Run, network: nn.Module) -> nn.Module:
    """Return a run's network as it is to be asked: the control about grey images, for it has never seen a colour."""
    grey = isinstance(STRATEGIES.build(run.strategy), GrayscaleErm)
    return GreyInput(network) if grey else network


def layers_with_maps(model: nn.Module, images: Tensor) -> dict[str, nn.Module]:
    """Return the layers that put out maps, by their names in the network itself, in its order; see `map_layers`."""
    network, shown = (model.network, without_colour(images)) if isinstance(model, GreyInput) else (model, images)
    return {name: network.get_submodule(name) for name in map_layers(network, shown)}


def conflicting_images(task: Task) -> Split:
    """Return test images with another class's attribute value."""
    other = task.hard.get("other")
    return task.test.subset(~task.aligned(task.test)) if other is None else other


def aligned_images(task: Task) -> Split:
    """Return test images with their own class's attribute value: the conflicting ones repainted, where that can be."""
    conflicting = conflicting_images(task)
    if conflicting.can_paint:
        return conflicting.with_attribute(task.own_attribute[conflicting.labels])
    return task.test.subset(task.aligned(task.test))


def has_foreground(split: Split) -> bool:
    """Is it known which pixels are the object?"""
    return isinstance(split.images, WithForeground)
