"""CROWN and CROWN-IBP: the ε up to which it is proven that no noise can succeed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch

from torch import Tensor, nn

from lazyartist.attacks.criterion import TargetedConfidence, check
from lazyartist.certify.relaxations import Affine, Layer, Relu
from lazyartist.certify.trace import trace_layers
from lazyartist.inference import evaluating, need_gradients
from lazyartist.knobs import check_knobs, knob


Between = Literal["intervals", "lines"]
Bounds = list[tuple[Tensor, Tensor]]
ROUNDING = 1e-3  # logits that float32 may be wrong by, here and in the network
AT_ONCE = 16  # images
FUNCTIONS = 256  # linear functions of one layer that are followed back at once


@dataclass(frozen=True)
class Certified:
    """Bisect for every image the largest ε below which a proof says that no noise can succeed.

    The margin of `TargetedConfidence` is bounded by lines through all layers: for a confidence, not for the change of
    an answer. What lies between the layers is bounded by intervals (CROWN-IBP, Zhang et al. 2020, arXiv:1906.06316), or
    by lines too (CROWN, Zhang et al. 2018, arXiv:1811.00866): one pass for every unit that may be on either side of its
    ReLU.

    Measured: the noise that `FMN` finds on this project's SimpleCNNs is 13 (digits, width 8), 20 to 30 (digits, width
    16) and, by model, 14 to 48 times (MNIST) the proven ε; on networks that others trained (MNIST, width 32) it is 50
    to 184 times. With lines it is about 10 and 13 times on the digits, for fifty times the time. The looseness comes
    from the layers: at a quarter of the noise found, nearly every ReLU of the third convolution may be on either side,
    whichever way its input is bounded.

    Attributes:
        between: "intervals" or "lines".
        lowest: an ε below this is not told apart from nothing.
        rounds: halvings of the bracket between it and 1, on a logarithmic scale; 12 leave it within 0.3 %.
    """

    between: Between = "intervals"
    lowest: float = knob(1e-4, above=0, below=1)
    rounds: int = knob(12, low=0, whole=True)

    def __post_init__(self) -> None:
        check_knobs(self)
        if self.between not in get_args(Between):
            raise ValueError(f"between={self.between!r}: expected one of {', '.join(get_args(Between))}")

    def __call__(
        self,
        model: nn.Module,
        images: Tensor,
        criterion: TargetedConfidence,
        *,
        layers: Sequence[Layer] | None = None,
    ) -> Tensor:
        """Return (N,) the proven ε: a success changes some pixel by more.

        It is 0 where nothing was proven, and infinity where no image at all in [0, 1] succeeds.

        Args:
            model: a chain of layers, see `trace_layers`; it is left as it was.
            images: (N, C, H, W) float32 in [0, 1].
            criterion: what counts as success.
            layers: what `trace_layers` returned for this model, with these weights, and images of this size: saves the
                time of tracing it again.

        Raises:
            NoBoundsError: the network has a layer for which no bounds are known.
            ValueError: gradients are off, or see `check`.
        """
        need_gradients()
        check(model, images, criterion)
        if layers is None:
            layers = trace_layers(model, images)
        parts = torch.split(torch.arange(len(images)), AT_ONCE)
        with evaluating(model), torch.no_grad():
            return torch.cat([self._bisect(layers, images[part], criterion.at(part)) for part in parts])

    def _bisect(self, layers: Sequence[Layer], images: Tensor, criterion: TargetedConfidence) -> Tensor:
        def proven(epsilon: Tensor) -> Tensor:
            radius = epsilon[:, None, None, None]
            low, high = (images - radius).clamp_min(0), (images + radius).clamp_max(1)
            return highest_margin(layers, low, high, criterion, self.between) < -ROUNDING

        low = torch.full((len(images),), self.lowest, dtype=images.dtype)
        high = torch.ones_like(low)
        some, all_of_it = proven(low), proven(high)
        for _ in range(self.rounds):
            middle = (low * high).sqrt()
            holds = proven(middle)
            low, high = torch.where(holds, middle, low), torch.where(holds, high, middle)
        return torch.where(some, low, 0.0).masked_fill(all_of_it, torch.inf)


def highest_margin(
    layers: Sequence[Layer], low: Tensor, high: Tensor, criterion: TargetedConfidence, between: Between = "intervals"
) -> Tensor:
    """Return (N,), a number that the margin of `criterion` exceeds nowhere between the images `low` and `high`.

    With d = z − z_t, the margin is −logsumexp(d) less the log-odds of the confidence, and logsumexp(d) ≥ p · d +
    entropy(p) for any weights p. So one bound, of the mixture p · d, is enough; p is the softmax of d in the middle of
    the ball, which makes it tight there. (Measured on MNIST: bounding every difference too is worth 2 % of the noise,
    and takes ten times as long; slopes for the ReLUs that are chosen by gradient ascent are worth nothing more.)
    """
    bounds = intervals(layers, low, high, between)
    classes = torch.eye(bounds[-1][0].shape[1], dtype=low.dtype)
    differences = classes - classes[criterion.target][:, None]  # (N, K, K): row j is z_j − z_t
    middle = (low + high) / 2
    for layer in layers:
        middle = layer.apply(middle)
    p = middle.scatter(1, criterion.target[:, None], -torch.inf).softmax(1)
    mixture = lower_bound(layers, bounds, (p[:, :, None] * differences).sum(1, keepdim=True))[:, 0]
    entropy = 0.0 if criterion.confidence is None else torch.special.entr(p).sum(1)
    by_intervals = lower_bound(layers[-1:], bounds[-2:], differences).scatter(1, criterion.target[:, None], -torch.inf)
    return -torch.maximum(criterion.pooled(by_intervals), mixture + entropy) - criterion.odds


def intervals(layers: Sequence[Layer], low: Tensor, high: Tensor, between: Between = "intervals") -> Bounds:
    """Return bounds of the input of every layer, and of the last one's output."""
    bounds = [(low, high)]
    for i, layer in enumerate(layers):
        output = layer.interval(*bounds[-1])
        bent = any(not isinstance(before, Affine) for before in layers[:i])
        if between == "lines" and bent and isinstance(layers[min(i + 1, len(layers) - 1)], Relu):
            output = _tightened(layers[: i + 1], [*bounds, output])
        bounds.append(output)
    return bounds


def _tightened(layers: Sequence[Layer], bounds: Bounds) -> tuple[Tensor, Tensor]:
    """Return bounds of the last output by lines through all layers, where they matter: around zero, before a ReLU."""
    low, high = (side.flatten(1).clone() for side in bounds[-1])
    shape = bounds[-1][0].shape[1:]
    unsettled = ((low < 0) & (high > 0)).any(0).nonzero()[:, 0]
    step = FUNCTIONS // len(low)
    for start in range(0, len(unsettled), step):
        units = unsettled[start : start + step]
        one = torch.zeros(len(units), low.shape[1], dtype=low.dtype)
        one[torch.arange(len(units)), units] = 1
        unit = one.view(1, len(units), *shape).expand(len(low), -1, *shape)
        low[:, units] = torch.maximum(low[:, units], lower_bound(layers, bounds, unit))
        high[:, units] = torch.minimum(high[:, units], -lower_bound(layers, bounds, -unit))
    return low.view(-1, *shape), high.view(-1, *shape)


def lower_bound(layers: Sequence[Layer], bounds: Bounds, weights: Tensor) -> Tensor:
    """Return (N, S) lower bounds of linear functions of the last layer's output.

    Args:
        layers: L of them.
        bounds: L + 1, see `intervals`.
        weights: (N, S, ...), S functions for each image.
    """
    constant = torch.zeros(weights.shape[:2], dtype=weights.dtype)
    for layer, (low, high) in zip(reversed(layers), reversed(bounds[:-1]), strict=True):
        weights, more = layer.back(weights, low, high)
        constant = constant + more
    low, high = bounds[0]
    smallest = weights.clamp_min(0) * low[:, None] + weights.clamp_max(0) * high[:, None]
    return constant + smallest.flatten(2).sum(2)
