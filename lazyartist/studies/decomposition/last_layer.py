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
    from lazyartist.data.coloured import ColouredImages
    from lazyartist.data.task import Task

# Autoencoders train on so many training images as they are, and as many in colours that say nothing: on the former
# alone a feature of a colour is one of its class as well, and tells the colour less well on images of other classes.
USED = 10_000


@dataclass(frozen=True, eq=False)
class Hidden:
    """Vectors of the last hidden layer, one an image.

    Attributes:
        layer: its name.
        head: the linear layer that turns vectors into logits.
        seen: what autoencoders train on, (N, D): training images as the model saw them, and those of `fair`.
        fair: training images in colours that say nothing, to name, choose and fit on.
        at_fair: their vectors.
        test: test images in colours that say nothing, to judge on.
        at_test: their vectors.
    """

    layer: str
    head: nn.Linear
    seen: Tensor
    fair: ColouredImages
    at_fair: Tensor
    test: ColouredImages
    at_test: Tensor

    def answers(self, vectors: Tensor) -> Tensor:
        """Return the classes (N,) that the model answers when its last hidden layer is `vectors` (N, D)."""
        return self.logits(vectors).argmax(1)

    def logits(self, vectors: Tensor) -> Tensor:
        """Return what the model's last layer makes of vectors, (N, classes)."""
        with torch.no_grad():
            logits: Tensor = self.head(vectors)
        return logits

    @property
    def size(self) -> float:
        """The root mean square distance of the vectors from their mean: the unit of dials."""
        return float(self.seen.var(0).sum().sqrt())


def hidden(model: nn.Module, task: Task) -> Hidden:
    """Run the model over training and test images and keep its last hidden layer.

    Raises:
        ValueError: the mean of the last maps is not what goes into the last linear layer.
    """
    layer = last_layer(model, task.train)
    fair, test = task.unbiased.subset(slice(0, USED)), task.hard["uniform"]
    biased = task.train.subset(slice(0, USED))
    at_biased, at_fair = (activations(model, layer, data) for data in (biased, fair))
    return Hidden(
        layer=layer,
        head=head_of(model),
        seen=torch.cat([at_biased, at_fair]),
        fair=fair,
        at_fair=at_fair,
        test=test,
        at_test=activations(model, layer, test),
    )


def last_layer(model: nn.Module, data: ColouredImages) -> str:
    """Return the name of the layer whose mean over positions goes into the last linear layer.

    Raises:
        ValueError: there is no such layer, as in a network without global average pooling.
    """
    few = data.subset(slice(0, 8))
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
