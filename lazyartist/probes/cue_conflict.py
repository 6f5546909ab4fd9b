"""The cue conflict test: paint the same image with every value of the bias attribute. Does the answer follow?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.data.images import UnsupportedError
from lazyartist.inference import predict
from lazyartist.probes.validation import need_split


if TYPE_CHECKING:
    from lazyartist.data.images import Split


@dataclass(frozen=True, eq=False)
class CueConflict:
    """What a model answers when an image of class i has the attribute value a; tables are (classes, attributes).

    Attributes:
        follows_table: share of answers that name a class to which the value belongs; NaN where it belongs to none.
        stays_table: share of answers that name the image's class. Where the value is the class's own, class and
            attribute agree.
        conflict: bool, where the value belongs to other classes and not to the image's.
        n: images per class.
    """

    follows_table: Tensor
    stays_table: Tensor
    conflict: Tensor
    n: int

    @property
    def follows(self) -> float:
        """Share of images with another class's attribute value that are called that class."""
        return self._in_conflict(self.follows_table)

    @property
    def stays(self) -> float:
        """Share of images with another class's attribute value that are still called what they are."""
        return self._in_conflict(self.stays_table)

    @property
    def answers(self) -> int:
        """How many answers `follows` and `stays` are shares of."""
        return self.n * int(self.conflict.sum())

    def _in_conflict(self, table: Tensor) -> float:
        # a difference of two sums, as recorded values were computed: their last bits stay as they are
        known = table.nan_to_num(0)
        beside = known[~self.conflict].double().sum().float()
        return float((known.sum() - beside) / int(self.conflict.sum()))


def recolour(model: nn.Module, split: Split, per_class: int = 100, own: Tensor | None = None) -> CueConflict:
    """Paint the first `per_class` images of every class with every attribute value and ask the model.

    If the smallest class has fewer, all classes are asked about with as many as it has.

    Args:
        model: images (B, C, H, W) in [0, 1] to logits.
        split: images whose bias attribute can be changed.
        per_class: how many images per class, 1 or more.
        own: (classes,) int64, the attribute value that belongs to each class: `task.own_attribute`. None where there
            are as many values as classes: value i belongs to class i.

    Raises:
        UnsupportedError: the images cannot be repainted, or have no bias attribute.
        ValueError: it is no split; `per_class` is not positive or a class has no images; `own` does not fit, or all
            classes have the same; or the model does not return finite logits, one per class.
    """
    need_split(split, "recolour")
    classes, attributes = split.classes, split.attributes
    if not split.can_paint:
        raise UnsupportedError(
            f"recolour needs images that can be repainted, and {split.images!r} cannot, it has no `paint`: ask "
            "group_accuracy, which changes nothing on an image"
        )
    belongs = _belongs(own, classes, attributes)
    members = [(split.labels == label).nonzero()[:, 0] for label in range(classes)]
    per_class = min(per_class, *map(len, members))
    if per_class < 1:
        raise ValueError(f"per_class={per_class}: expected a positive number, and images of every class")
    chosen = split.subset(torch.cat([rows[:per_class] for rows in members]))
    follows, stays = torch.empty(classes, attributes), torch.empty(classes, attributes)
    for value in range(attributes):
        painted = torch.full((len(chosen),), value)
        answers = predict(model, chosen, attribute=painted).view(classes, per_class)
        follows[:, value] = belongs[:, value][answers].float().mean(1)
        stays[:, value] = (answers == torch.arange(classes)[:, None]).float().mean(1)
    owned = belongs.any(0)
    return CueConflict(follows.where(owned, torch.nan), stays, owned & ~belongs, per_class)


def _belongs(own: Tensor | None, classes: int, attributes: int) -> Tensor:
    """Return (classes, attributes) bool: does the value belong to the class?"""
    if own is None:
        if classes != attributes:
            raise ValueError(
                f"there are {classes} classes and {attributes} attribute values: say which one belongs to each class, "
                "recolour(..., own=task.own_attribute)"
            )
        own = torch.arange(classes)
    own = torch.as_tensor(own)
    if own.shape != (classes,) or own.is_floating_point() or not 0 <= int(own.min()) <= int(own.max()) < attributes:
        raise ValueError(
            f"own={own.tolist()}: expected {classes} attribute values from 0 to {attributes - 1}, one per class"
        )
    if bool((own == own[0]).all()):
        raise ValueError(f"own={own.tolist()}: all classes have the same attribute value, so nothing can conflict")
    return own[:, None] == torch.arange(attributes)
