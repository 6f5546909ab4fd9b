"""The recolour proof: paint the same image in every colour. Does the answer follow?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.inference import predict


if TYPE_CHECKING:
    from lazyartist.data.coloured import ColouredImages


@dataclass(frozen=True)
class Recolouring:
    """What a model answers when class i wears the colour of class j.

    Attributes:
        follows_table: (classes, classes), share of answers that name the colour's class.
        stays_table: (classes, classes), share of answers that name the image's class. The diagonals are equal: there
            colour and shape agree.
        n: images a class.
    """

    follows_table: Tensor
    stays_table: Tensor
    n: int

    @property
    def follows(self) -> float:
        """Share of images in another class's colour that are called that class."""
        return _off_diagonal(self.follows_table)

    @property
    def stays(self) -> float:
        """Share of images in another class's colour that are still called what they are."""
        return _off_diagonal(self.stays_table)


def recolour(model: nn.Module, data: ColouredImages, per_class: int = 100) -> Recolouring:
    """Paint the first `per_class` images of every class in every colour and ask the model.

    If the smallest class has fewer, all classes are asked about with as many as it has.

    Raises:
        ValueError: `per_class` is not positive, or a class has no images.
    """
    classes = data.classes
    members = [(data.labels == label).nonzero()[:, 0] for label in range(classes)]
    per_class = min(per_class, *map(len, members))
    if per_class < 1:
        raise ValueError(f"per_class={per_class}: expected a positive number, and images of every class")
    chosen = data.subset(torch.cat([m[:per_class] for m in members]))
    follows, stays = torch.empty(classes, classes), torch.empty(classes, classes)
    for colour in range(classes):
        answers = predict(model, chosen, colours=torch.full((len(chosen),), colour)).view(classes, per_class)
        follows[:, colour] = (answers == colour).float().mean(1)
        stays[:, colour] = (answers == torch.arange(classes)[:, None]).float().mean(1)
    return Recolouring(follows, stays, per_class)


def _off_diagonal(table: Tensor) -> float:
    classes = len(table)
    return float((table.sum() - table.trace()) / (classes * (classes - 1)))
