"""The last hidden layer of a trained network: what the studies of sparse autoencoders take apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.activations import activations
from lazyartist.attribution.layer import map_layers
from lazyartist.inference import evaluating
from lazyartist.networks.head import head_of


if TYPE_CHECKING:
    from lazyartist.data.images import Split
    from lazyartist.data.task import Task


@dataclass(frozen=True, eq=False)
class LastLayer:
    """Vectors of the last hidden layer, one per image.

    Attributes:
        name: of the layer.
        head: the linear layer that turns vectors into logits.
        own_attribute: (classes,) int64, the bias attribute's value that most training images of each class have.
        seen: what autoencoders train on, (N, D): training images as the model saw them, and those of `fair`.
        fair: training images whose bias attribute says nothing, to name, choose and fit on.
        fair_vectors: their vectors.
        test: test images whose bias attribute says nothing, to judge on.
        test_vectors: their vectors.
    """

    name: str
    head: nn.Linear
    own_attribute: Tensor
    seen: Tensor
    fair: Split
    fair_vectors: Tensor
    test: Split
    test_vectors: Tensor

    def answers(self, vectors: Tensor) -> Tensor:
        """Return the classes (N,) that the model answers when its last hidden layer is `vectors` (N, D)."""
        return self.logits(vectors).argmax(1)

    def logits(self, vectors: Tensor) -> Tensor:
        """Return what the model's last layer makes of vectors, (N, classes)."""
        with torch.no_grad():
            logits: Tensor = self.head(vectors)
        return logits

    @property
    def scale(self) -> float:
        """The root mean square distance of the vectors from their mean: the unit of steering."""
        return float(self.seen.var(0).sum().sqrt())


def last_layer_activations(model: nn.Module, task: Task, images: int) -> LastLayer:
    """Run the model over training and test images and keep its last hidden layer.

    Autoencoders train on so many training images as they are, and as many whose bias attribute says nothing: on the
    former alone a feature of an attribute value is one of its class as well, and tells the value less well on images of
    other classes.

    Args:
        model: images to logits.
        task: whose images it sees.
        images: how many training images, of either kind.

    Raises:
        ValueError: the mean of the last maps is not what goes into the last linear layer.
        UnsupportedError: the task has no training images whose bias attribute says nothing.
    """
    layer = last_layer(model, task.train)
    fair = task.fair_split("taking a layer apart by sparse autoencoders").subset(slice(0, images))
    biased = task.train.subset(slice(0, images))
    biased_vectors, fair_vectors = (activations(model, layer, split) for split in (biased, fair))
    return LastLayer(
        name=layer,
        head=head_of(model),
        own_attribute=task.own_attribute,
        seen=torch.cat([biased_vectors, fair_vectors]),
        fair=fair,
        fair_vectors=fair_vectors,
        test=task.test,
        test_vectors=activations(model, layer, task.test),
    )


def last_layer(model: nn.Module, split: Split) -> str:
    """Return the name of the layer whose mean over positions goes into the last linear layer.

    Raises:
        ValueError: there is no such layer, as in a network without global average pooling.
    """
    few = split.subset(slice(0, 8))
    images = few.render(slice(0, 8))
    layers = map_layers(model, images)
    if layers:
        with evaluating(model), torch.no_grad():
            pooled = activations(model, layers[-1], few)
            if pooled.shape[1] == head_of(model).in_features and torch.allclose(
                head_of(model)(pooled), model(images), atol=1e-3
            ):
                return layers[-1]
    raise ValueError(
        f"{type(model).__name__}: expected a network whose last maps are averaged and go into one linear layer, such "
        "as simple_cnn"
    )
