"""The one way in which a model is asked: what it returns is checked, and it is left as it was."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.expected import expect
from lazyartist.memory_format import contiguous_images, has_channels_last


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.data.images import Split

BATCH = 64  # larger ones only spend time on fetching memory
WRONG_SHAPE = ("channels, but got", "shapes cannot be multiplied", "is invalid for input of size")  # torch's words


@contextmanager
def evaluating(model: nn.Module) -> Iterator[nn.Module]:
    """Put a model into evaluation mode with frozen parameters; on exit every submodule and parameter is as it was.

    Also after an exception. Gradients with respect to inputs still flow. Inside, the model sees images in the order of
    its own weights: contiguous, unless one of its convolutions is in channels-last order.

    Raises:
        ValueError: it is no `torch.nn.Module`.
    """
    if not isinstance(model, nn.Module):
        raise ValueError(f"model: expected a torch.nn.Module, got a {type(model).__name__}: wrap it in one")
    modes = [(module, module.training) for module in model.modules()]
    wanted = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    hook = None if has_channels_last(model) else model.register_forward_pre_hook(contiguous_images)
    try:
        model.eval()  # a model's own `eval` may return nothing
        for parameter, _ in wanted:
            parameter.requires_grad_(False)
        yield model
    finally:
        if hook is not None:
            hook.remove()
        for module, training in modes:
            module.training = training
        for parameter, requires_grad in wanted:
            parameter.requires_grad_(requires_grad)


def outputs(model: nn.Module, images: Tensor, classes: int | None = None) -> Tensor:
    """Return the logits (N, classes) of a batch, checked.

    Args:
        model: images to logits; inside `evaluating`, if it is not to change.
        images: (N, C, H, W) in [0, 1], of the type of the model's parameters.
        classes: how many logits there must be per image; None for two or more.

    Raises:
        ValueError: the images are no tensor; the model returns something other than a tensor, another shape, or numbers
            that are not finite; or it does not take images of this type or shape.
    """
    if not isinstance(images, Tensor):
        kind = type(images).__name__
        raise ValueError(f"images: expected a tensor (N, C, H, W), got a {kind}: pass torch.as_tensor(...)")
    try:
        logits: Tensor = model(images)
    except RuntimeError as error:
        if (reason := _refusal(model, images, str(error))) is None:
            raise
        raise ValueError(reason) from error
    if not isinstance(logits, Tensor):
        kind = type(logits).__name__
        raise ValueError(f"the model returns a {kind}: wrap it so that it returns logits alone, a tensor (N, classes)")
    if logits.ndim == 2 and logits.shape[1] == 1 and classes is None:
        raise ValueError("the model returns one number per image: expected one logit for each of two classes or more")
    if logits.ndim != 2 or len(logits) != len(images) or logits.shape[1] != (classes or logits.shape[1]):
        raise ValueError(
            f"the model's output has shape {tuple(logits.shape)} for {len(images)} images: expected "
            f"({len(images)}, {classes or 'classes'}), one logit per class"
        )
    if not logits.is_floating_point():
        raise ValueError(f"the model returns {logits.dtype}: expected logits, which are floating point numbers")
    if not bool(logits.isfinite().all()):
        raise ValueError(
            "the model returns logits that are not finite (NaN or infinity): look at its weights, nothing can be "
            "measured on it"
        )
    return logits


@contextmanager
def taking(model: nn.Module, images: Tensor) -> Iterator[None]:
    """Say in plain words why a model does not take images, for whoever asks a layer of it and not its logits.

    Raises:
        ValueError: it does not take images of this type or shape.
    """
    try:
        yield
    except RuntimeError as error:
        if (reason := _refusal(model, images, str(error))) is None:
            raise
        raise ValueError(reason) from error


def _refusal(model: nn.Module, images: Tensor, error: str) -> str | None:
    """Say in plain words why a model does not take these images; None if torch's error is about something else."""
    elsewhere = sorted({str(p.device) for p in model.parameters() if p.device != images.device})
    if elsewhere:
        return (
            f"the model is on {' and '.join(elsewhere)}, the images are on {images.device}: pass "
            f"model.to({str(images.device)!r}), or make the data inside `with lazyartist.device.on_device(...)`"
        )
    other = sorted({str(p.dtype) for p in model.parameters() if p.is_floating_point() and p.dtype != images.dtype})
    if other and "type" in error:
        return (
            f"the model's parameters are {' and '.join(other)}, the images are {images.dtype}, and it does not take "
            f"them: pass model.to({images.dtype}), or images of the model's type"
        )
    if any(words in error for words in WRONG_SHAPE):
        first = error.strip().partition("\n")[0]
        return (
            f"the model does not take images of shape {tuple(images.shape[1:])}: give it images of the channels, "
            f"height and width that it was made for ({first})"
        )
    return None


def predict(model: nn.Module, data: Split, *, attribute: Tensor | None = None) -> Tensor:
    """Return the predicted classes (N,) int64 of a whole split; arguments and errors are those of `logits_of`."""
    return logits_of(model, data, attribute=attribute).argmax(1)


def logits_of(model: nn.Module, data: Split, *, attribute: Tensor | None = None) -> Tensor:
    """Return the logits (N, classes) of a whole split.

    Args:
        model: images (B, C, H, W) in [0, 1] to logits.
        data: what to ask about.
        attribute: (N,) values of the bias attribute to paint the images with instead of their own.

    Raises:
        ValueError: `data` is no split, there are no images, the images cannot be repainted, or see `outputs`.
    """
    expect("data", data, "a split, such as task.test", "render", "labels")
    if not len(data):
        raise ValueError("there are no images to ask about")
    logits = None
    with evaluating(model), torch.inference_mode():
        for start in range(0, len(data), BATCH):
            part = slice(start, start + BATCH)
            images = data.render(part, None if attribute is None else attribute[part])
            logits = placed(logits, outputs(model, images, data.classes), start, len(data))
    assert logits is not None
    return logits.clone()  # a tensor that gradients may meet, unlike those of inference mode


def placed(whole: Tensor | None, part: Tensor, start: int, count: int) -> Tensor:
    """Return `whole` (count, …) with the rows of a batch, (B, …), from `start` on; it is made where there is none yet.

    What is small and kept must not be left lying where it was made, between the large tensors of one batch and the
    next: their room could not be used again, and a run on many images would need three times the memory.
    """
    if whole is None:
        whole = part.new_empty(count, *part.shape[1:])
    whole[start : start + len(part)] = part
    return whole


def need_gradients() -> None:
    """Refuse to go on where no gradient can be had.

    Raises:
        ValueError: called inside `torch.inference_mode()`, which cannot be undone from within.
    """
    if torch.is_inference_mode_enabled():
        raise ValueError(
            "gradients are off inside torch.inference_mode(): call this outside of it, or use torch.no_grad() there"
        )
