"""The one training loop."""

from __future__ import annotations

import math
import time

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Literal, get_args

import torch

from torch import Tensor, nn

from lazyartist.networks import factory
from lazyartist.seeding import seed_from
from lazyartist.strategies.base import Batch, Plan, Strategy, Use
from lazyartist.training.split import TrainingSplit


if TYPE_CHECKING:
    from lazyartist.data.task import Task


Schedule = Literal["cosine", "constant"]


@dataclass(frozen=True)
class Budget:
    """How long and how fast: what a matched comparison holds fixed.

    Attributes:
        epochs: passes over the training split; may be a fraction. A last incomplete batch of an epoch is left out.
        batch_size: images a step.
        learning_rate: of Adam, at the start.
        schedule: "cosine" falls to zero at the end of the budget, "constant" stays.
    """

    epochs: float = 4
    batch_size: int = 64
    learning_rate: float = 2e-3
    schedule: Schedule = "cosine"

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "learning_rate"):
            value = getattr(self, name)
            whole = name == "batch_size"
            if not isinstance(value, int if whole else (int, float)) or not 0 < value < math.inf:
                raise ValueError(f"{name}={value!r}: expected a positive {'whole ' if whole else ''}number")
        if self.schedule not in get_args(Schedule):
            raise ValueError(f"schedule={self.schedule!r}: expected 'cosine' or 'constant'")

    def steps(self, images: int) -> int:
        """Return the number of gradient steps on so many training images."""
        if self.batch_size > images:
            raise ValueError(f"a batch of {self.batch_size} does not fit into {images} training images")
        return max(1, round(self.epochs * (images // self.batch_size)))

    def __str__(self) -> str:
        rate = f"{self.learning_rate:.12g} {self.schedule}"
        return f"{self.epochs:.12g} epochs, batch {self.batch_size}, Adam {rate}"


@dataclass(frozen=True)
class Fitted:
    """A trained model, in evaluation mode, with the gradient steps and the seconds of processor time that it took."""

    model: nn.Module
    steps: int
    seconds: float


def build(name: str, classes: int, seed: int) -> nn.Module:
    """Return a network with fresh weights that depend on `seed` alone; torch's global generator is left as it was."""
    make, options = factory(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from("weights", seed))
        model: nn.Module = make(classes=classes, **options)
    return model.to(memory_format=torch.channels_last)  # an image's channels side by side: twice as fast on a CPU


def fit(
    strategy: Strategy,
    task: Task,
    model: str = "simple_cnn",
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
        model: the network's name.
        budget: how long.
        seed: of the first weights, the order of images, and the strategy's own randomness.
        watch: called with (step, model) after every step, for studies that look while it trains.

    Raises:
        ValueError: `strategy` is not one, declares something that there is not, or does what it did not declare.
        FloatingPointError: the loss is not finite; names strategy and step.
    """
    if not isinstance(strategy, Strategy) or strategy.uses - set(get_args(Use)):
        raise ValueError(
            f"strategy={strategy!r}: expected an instance of a Strategy, such as Erm(), that uses nothing but "
            f"{', '.join(get_args(Use))}"
        )
    train = task.unbiased if "unbiased_colours" in strategy.uses else task.train
    split = training_split(strategy, task, model, budget, seed)
    total = budget.steps(len(train))
    step, start = 0, time.process_time()  # what else the machine does is no cost of a strategy
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from("plan", seed))  # for modules that a plan makes: their first weights are drawn here
        plan = strategy.plan(split)
        _check(plan, strategy, len(train))
        network = build(model, train.classes, seed)
        network.train()
        parameters = [p for module in (network, *plan.modules) for p in module.parameters()]
        optimizer = torch.optim.Adam(parameters, budget.learning_rate, fused=True)
        torch.manual_seed(seed_from("model", seed))  # for networks that draw while they train, such as dropout
        for step, index in enumerate(_batches(len(train), budget.batch_size, total, seed, plan.weights), 1):
            colours = train.colours[index] if "colour_labels" in strategy.uses else None
            done = (step - 1) / total
            batch = Batch(train.render(index), train.labels[index], colours, index, done, split.generator)
            loss = plan.loss(network, batch)
            if not math.isfinite(loss.item()):
                raise FloatingPointError(
                    f"{strategy} has a loss of {loss.item()} at step {step}: lower the learning rate"
                )
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for group in optimizer.param_groups:
                group["lr"] = budget.learning_rate * _decay(budget, done)
            optimizer.step()
            if watch is not None:
                watch(step, network)
            if "easy_split" in strategy.uses and strategy.satisfied(step, network, task.easy):
                break
        optimizer.zero_grad()
        network.eval()
        if plan.finish is not None:
            plan.finish(network)
    return Fitted(network, step, time.process_time() - start)


def training_split(strategy: Strategy, task: Task, model: str, budget: Budget, seed: int) -> TrainingSplit:
    """Return what a strategy may see of the training split: colours only if it declared them."""
    train = task.unbiased if "unbiased_colours" in strategy.uses else task.train
    made = count()

    def network() -> nn.Module:
        return build(model, train.classes, seed_from("partner", next(made), seed)).train()

    def inner(first: Strategy, epochs: float, kind: str = model) -> nn.Module:
        if first.uses - strategy.uses:
            raise ValueError(f"{strategy} trains {first} on the way: it must declare {sorted(first.uses)} too")
        short = replace(budget, epochs=epochs)
        return fit(first, task, kind, budget=short, seed=seed_from("stage", next(made), seed)).model

    return TrainingSplit(
        labels=train.labels.clone(),
        colours=train.colours.clone() if "colour_labels" in strategy.uses else None,
        classes=train.classes,
        # a stream of its own, so that ERM and a cure see the same images in the same order
        generator=torch.Generator().manual_seed(seed_from("strategy", seed)),
        render=train.render,
        network=network,
        fit=inner,
    )


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


def _decay(budget: Budget, progress: float) -> float:
    return 1.0 if budget.schedule == "constant" else 0.5 * (1 + math.cos(math.pi * progress))
