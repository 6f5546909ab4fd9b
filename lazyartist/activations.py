"""A layer's output for images as vectors, one per image or one per position; and the way back from changed vectors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, get_args

import torch

from torch import Tensor, nn

from lazyartist.expected import expect
from lazyartist.hooks import name_of, only, replacing, watching
from lazyartist.inference import BATCH, evaluating, placed, taking


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazyartist.data.images import Split

Pooling = Literal["pooled", "positions"]


def activations(model: nn.Module, layer: str | nn.Module, split: Split, pooling: Pooling = "pooled") -> Tensor:
    """Run the model over `split` once and return what a layer puts out, (N, D) or (N × positions, D) float32.

    Args:
        model: images (B, C, H, W) in [0, 1] to logits; it runs in evaluation mode and is left as it was.
        layer: its dotted name, or the module. It puts out (B, D), (B, D, H, W), or tokens (B, T, D).
        split: the images, as they are shown there.
        pooling: "pooled" is the mean over an image's positions; "positions" is each of them, image by image.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: `split` is none, there are no images, the layer does not run just once, or its output is of another
            shape or not finite.
    """
    expect("split", split, "a split, such as task.test", "render", "labels")
    if not len(split):
        raise ValueError("there are no images: expected a split with at least one")
    vectors = None
    with evaluating(model) as asked, torch.no_grad(), watching(model, layer) as seen:
        for start in range(0, len(split), BATCH):
            seen.clear()
            images = split.render(slice(start, start + BATCH))
            with taking(model, images):
                asked(images)
            part = to_vectors(only(seen, model, layer), pooling).float()
            each = len(part) // len(images)
            vectors = placed(vectors, part, start * each, len(split) * each)
    assert vectors is not None
    if not bool(vectors.isfinite().all()):
        raise ValueError(
            f"the layer {name_of(model, layer)!r} puts out values that are not finite: the model is damaged, or its "
            "training diverged"
        )
    return vectors


@contextmanager
def editing(
    model: nn.Module, layer: str | nn.Module, pooling: Pooling, edit: Callable[[Tensor], Tensor]
) -> Iterator[nn.Module]:
    """Run `model` with the vectors of a layer changed by `edit`, (M, D) to (M, D).

    What is added to a pooled vector is added at each of its positions, so that their mean is just what `edit` returned.
    Raises what `replacing` and `to_vectors` raise.
    """

    def change(output: Tensor) -> Tensor:
        vectors = to_vectors(output, pooling)
        return output + to_output(edit(vectors) - vectors, output, pooling)

    with replacing(model, layer, change):
        yield model


def to_vectors(output: Tensor, pooling: Pooling) -> Tensor:
    """Return the vectors of a layer's output: (B, D) if pooled, (B × positions, D) otherwise.

    Raises:
        ValueError: no such `pooling`, or the output is neither (B, D), (B, D, H, W) nor tokens (B, T, D).
    """
    if pooling not in get_args(Pooling):
        raise ValueError(f"pooling={pooling!r}: expected 'pooled' or 'positions'")
    if output.ndim == 2:
        return output
    if output.ndim == 4:
        return output.mean((2, 3)) if pooling == "pooled" else output.permute(0, 2, 3, 1).flatten(0, 2)
    if output.ndim == 3:
        return output.mean(1) if pooling == "pooled" else output.flatten(0, 1)
    raise ValueError(f"the layer puts out {tuple(output.shape)}: expected (B, D), (B, D, H, W) or tokens (B, T, D)")


def to_output(vectors: Tensor, output: Tensor, pooling: Pooling) -> Tensor:
    """Undo `to_vectors`, in a shape that can be added to `output`."""
    if output.ndim == 2:
        return vectors
    if output.ndim == 4:
        if pooling == "pooled":
            return vectors[:, :, None, None]
        b, d, h, w = output.shape
        return vectors.view(b, h, w, d).permute(0, 3, 1, 2)
    return vectors[:, None] if pooling == "pooled" else vectors.view_as(output)
