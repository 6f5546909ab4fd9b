"""Feature visualisation: gradient ascent on images until they activate a unit as much as they can."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

import torch

from torch import Tensor, nn
from torch.nn.functional import conv2d, pad

from lazyartist.hooks import only, watching
from lazyartist.inference import evaluating, need_gradients, outputs
from lazyartist.seeding import seed_from
from lazyartist.visualise.objectives import Objective
from lazyartist.visualise.parametrisation import Basis, Parametrisation
from lazyartist.visualise.transforms import Transforms


SPREAD = 0.05  # of the noise that all pictures begin with


@dataclass(frozen=True, eq=False)
class Visualisation:
    """Pictures that activate units.

    Attributes:
        images: (B, 3, H, W) in [0, 1].
        activation: (B,) the objective on these images as they are, neither moved nor penalised.
    """

    images: Tensor
    activation: Tensor


@dataclass(frozen=True)
class Visualise:
    """Feature visualisation by gradient ascent on images, all of them in one batch.

    All pictures begin with the same noise and are moved alike, so that a picture does not depend on the others in the
    batch, and two of them differ only by what they show. Up to rounding: Adam makes steps of any gradient, however
    small.

    Attributes:
        steps: of Adam.
        step_size: of Adam.
        basis: "pixels", or "fourier" to step in frequencies, where each step moves the whole picture.
        l2: weight of the mean squared distance from grey.
        total_variation: weight of the mean squared difference of neighbouring pixels.
        blur_every: steps between two slight blurs; 0 for none.
        transforms: the random moves between steps.
        size: pixels: height and width, or one number for both.
        seed: of noise and moves.

    Raises:
        ValueError: the size is none.

    Source: Olah et al. 2017, doi:10.23915/distill.00007; the regularisers as in Yosinski et al. 2015, arXiv:1506.06579.
    """

    steps: int = 200
    step_size: float = 0.05
    basis: Basis = "pixels"
    l2: float = 0.0
    total_variation: float = 0.0
    blur_every: int = 2
    transforms: Transforms = field(default_factory=Transforms)
    size: int | tuple[int, int] = 28
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self._sides) != 2 or min(self._sides) < 1:
            raise ValueError(f"size={self.size!r}: expected pixels, one number or (height, width)")

    def __call__(self, model: nn.Module, objective: Objective, colours: Tensor | None = None) -> Visualisation:
        """Return one picture for each unit that is to be activated.

        Args:
            model: images (B, 3, H, W) in [0, 1] to logits; it is left as it was.
            objective: what to activate.
            colours: (3, 3) from `colour_directions` of training images, to step in uncorrelated colours; else RGB.
                The pictures are of its dtype.

        Raises:
            UnknownNameError: no layer has the objective's name.
            ValueError: a unit is not there; a layer runs more than once or puts out no tensor; the model returns no
                finite logits; or gradients are off, or none reaches the picture.
        """
        need_gradients()
        parametrisation = Parametrisation(self._sides, self.basis, torch.eye(3) if colours is None else colours)
        generator = torch.Generator().manual_seed(seed_from("visualise", self.seed))
        start = parametrisation.noise(SPREAD, generator)
        parameters = start.repeat(len(objective), *[1] * (start.ndim - 1)).requires_grad_()
        adam = torch.optim.Adam([parameters], lr=self.step_size)
        with evaluating(model), torch.enable_grad():
            for step in range(1, self.steps + 1):
                image = parametrisation.image(parameters)
                activation = _activate(model, objective, self.transforms(image, generator))
                if not activation.requires_grad:
                    raise ValueError(
                        "the objective has no gradient with respect to the picture: nothing in the model may turn "
                        "gradients off before it (torch.no_grad, detach, rounding)"
                    )
                loss = (self._penalty(image) - activation).sum()
                (parameters.grad,) = torch.autograd.grad(loss, parameters)
                adam.step()
                with torch.no_grad():
                    image = parametrisation.image(parameters)
                    if self.blur_every and step % self.blur_every == 0:
                        image = _blur(image)
                    parameters.copy_(parametrisation.parameters(image.clamp(0, 1)))
            with torch.no_grad():
                images = parametrisation.image(parameters).clamp(0, 1)
                return Visualisation(images, _activate(model, objective, images))

    @property
    def _sides(self) -> tuple[int, int]:
        return (self.size, self.size) if isinstance(self.size, int) else self.size

    def _penalty(self, images: Tensor) -> Tensor:
        across, down = images.diff(dim=3), images.diff(dim=2)
        rough = across.square().mean((1, 2, 3)) + down.square().mean((1, 2, 3))
        return self.l2 * (images - 0.5).square().mean((1, 2, 3)) + self.total_variation * rough


def _activate(model: nn.Module, objective: Objective, images: Tensor) -> Tensor:
    """Return (B,) the objective on the images."""
    with ExitStack() as stack:
        seen = {
            layer: stack.enter_context(watching(model, layer)) for layer in set(objective.layers) if layer is not None
        }
        logits = outputs(model, images.contiguous(memory_format=torch.channels_last))
    return objective({None: logits, **{layer: only(calls, model, layer) for layer, calls in seen.items()}})


def _blur(images: Tensor) -> Tensor:
    """Binomial 3 × 3, each channel by itself; the border repeats."""
    line = torch.tensor([1.0, 2.0, 1.0], dtype=images.dtype) / 4
    kernel = torch.outer(line, line).expand(images.shape[1], 1, 3, 3)
    return conv2d(pad(images, (1, 1, 1, 1), mode="replicate"), kernel, groups=images.shape[1])
