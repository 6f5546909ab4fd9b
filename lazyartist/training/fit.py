"""Training a network by a strategy."""

from __future__ import annotations

import time

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import torch

from torch import Tensor, nn

from lazyartist.expected import expect
from lazyartist.inference import evaluating, outputs
from lazyartist.networks import build
from lazyartist.seeding import seed_from
from lazyartist.strategies.base import Batch, Plan, Strategy, Use
from lazyartist.training.budget import Budget
from lazyartist.training.loop import descend
from lazyartist.training.view import TrainingView


if TYPE_CHECKING:
    from lazyartist.data.images import Split
    from lazyartist.data.task import Task


@dataclass(frozen=True)
class Fitted:
    """A trained model, in evaluation mode, with the gradient steps and the seconds of processor time that it took."""

    model: nn.Module
    steps: int
    seconds: float


def fit(
    strategy: Strategy,
    task: Task,
    network: str = "simple_cnn",
    *,
    budget: Budget,
    seed: int = 0,
    watch: Callable[[int, nn.Module], None] | None = None,
) -> Fitted:
    """Train a network.

    The strategy is handed the training split and what it declares in `uses`; the hard splits are out of its reach.
    Same arguments, same torch and same number of threads give the same bits.

    Args:
        strategy: the way to train.
        task: what to train on.
        network: its name.
        budget: how long.
        seed: of the first weights, the order of images, and the strategy's own randomness.
        watch: called with (step, model) after every step, for studies that look while it trains.

    Raises:
        ValueError: `task` or `budget` is none, `strategy` is not one, declares something that there is not, or does
            what it did not declare.
        UnsupportedError: the dataset lacks what the strategy needs.
        FloatingPointError: the loss is not finite; names strategy and step.
    """
    expect("task", task, "a task, such as make_task('digits')", "train", "easy")
    expect("budget", budget, "a Budget, such as Budget(epochs=1)", "steps", "decay")
    train = split_for(strategy, task)
    view = training_view(strategy, task, network, budget, seed)
    # a strategy that did not declare the bias attribute is not told it here either
    easy = task.easy if "bias_labels" in strategy.uses else replace(task.easy, bias=())
    total = budget.steps(len(train))
    start = time.process_time()  # what else the machine does is no cost of a strategy
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from("plan", seed))  # for modules that a plan makes: their first weights are drawn here
        plan = strategy.plan(view)
        _check(plan, strategy, len(train))
        model = build(network, train.classes, seed)
        # a network that does not take these images is named before the first step
        with evaluating(model), torch.no_grad():
            outputs(model, train.render(torch.arange(min(2, len(train)))), train.classes)
        model.train()
        parameters = [p for module in (model, *plan.modules) for p in module.parameters()]
        torch.manual_seed(seed_from("model", seed))  # for networks that draw while they train, such as dropout
        batches = _batches(len(train), budget.batch_size, total, seed, plan.weights)

        def loss(step: int) -> Tensor:
            return plan.loss(model, make_batch(strategy, train, next(batches), step / total, view.generator))

        def after(step: int) -> bool:
            if watch is not None:
                watch(step, model)
            return "easy_split" in strategy.uses and strategy.should_stop(step, model, easy)

        def rate(progress: float) -> float:
            return budget.learning_rate * budget.decay(progress)

        steps = descend(loss, parameters, steps=total, learning_rate=rate, after=after, name=str(strategy))
        model.eval()
        if plan.finish is not None:
            plan.finish(model)
    return Fitted(model, steps, time.process_time() - start)


def split_for(strategy: Strategy, task: Task) -> Split:
    """Return the images that a strategy is trained on.

    Raises:
        ValueError: it is no strategy, or declares something that there is not.
        UnsupportedError: it needs an unbiased training split, and the task has none.
    """
    if not isinstance(strategy, Strategy) or strategy.uses - set(get_args(Use)):
        raise ValueError(
            f"strategy={strategy!r}: expected an instance of a Strategy, such as Erm(), that uses nothing but "
            f"{', '.join(get_args(Use))}"
        )
    return task.oracle_split(str(strategy)) if "unbiased_split" in strategy.uses else task.train


def training_view(strategy: Strategy, task: Task, network: str, budget: Budget, seed: int) -> TrainingView:
    """Return what a strategy may see of the training split: attributes only if it declared them."""

    def train(inner: Strategy, epochs: float, kind: str, drawn: int) -> nn.Module:
        return fit(inner, task, kind, budget=replace(budget, epochs=epochs), seed=drawn).model

    # a stream of its own, so that ERM and a cure see the same images in the same order
    generator = torch.Generator().manual_seed(seed_from("strategy", seed))
    return TrainingView(strategy, split_for(strategy, task), network, seed, train, generator)


def make_batch(strategy: Strategy, train: Split, index: Tensor, progress: float, generator: torch.Generator) -> Batch:
    """Return the training images at `index` as a strategy may see them."""
    attribute = train.attribute[index] if "bias_labels" in strategy.uses else None
    return Batch(train.render(index), train.labels[index], attribute, index, progress, generator)


def _check(plan: Plan, strategy: Strategy, images: int) -> None:
    if plan.weights is None:
        return
    if "resampling" not in strategy.uses:
        raise ValueError(f"{strategy} chooses how often images are seen: it must declare 'resampling' in its uses")
    weights = plan.weights
    if weights.shape != (images,) or not bool((weights.isfinite() & (weights >= 0)).all()) or not bool(weights.any()):
        raise ValueError(
            f"{strategy} has sampling weights {tuple(weights.shape)} from {float(weights.min()):g} to "
            f"{float(weights.max()):g}: expected ({images},) numbers from 0 on, not all of them 0"
        )


def _batches(images: int, size: int, total: int, seed: int, weights: Tensor | None = None) -> Iterator[Tensor]:
    """Yield `total` index tensors (size,), epoch by epoch: in a fresh random order, or drawn by weight."""
    generator = torch.Generator().manual_seed(seed_from("order", seed))
    left = total
    while left:
        if weights is None:
            order = torch.randperm(images, generator=generator)
        else:
            order = torch.multinomial(weights, images, replacement=True, generator=generator)
        for batch in order[: images // size * size].view(-1, size)[:left]:
            left -= 1
            yield batch
