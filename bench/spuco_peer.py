"""SpuCo (PyPI), to measure against: its trainers and its evaluator, with our images and our network."""

from __future__ import annotations

import importlib
import random
import sys

from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import torch

from torch import Tensor, nn
from torch.utils.data import Dataset

from lazyartist.data.images import Split
from lazyartist.networks import build
from lazyartist.networks.head import head_of
from lazyartist.seeding import seed_from
from lazyartist.strategies.dfr import Dfr
from lazyartist.strategies.group_dro import GroupDro
from lazyartist.strategies.jtt import Jtt
from lazyartist.training.budget import Budget


# SpuCo imports these for what is not used here: its own datasets, language models, clustering, heat maps
UNUSED = (
    *("pytorch_grad_cam", "pytorch_grad_cam.utils", "pytorch_grad_cam.utils.model_targets", "requests"),
    *("transformers", "umap", "wilds", "wilds.datasets", "wilds.datasets.wilds_dataset"),
)


def load_spuco() -> Any:
    """Import SpuCo, with stand-ins for what is not used here, and return its names as attributes."""
    stand_ins = {name: MagicMock() for name in UNUSED if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        rooms = [
            importlib.import_module(f"spuco.{room}")
            for room in ("utils", "datasets", "evaluate", "group_inference", "robust_train", "last_layer_retrain")
        ]
    finally:
        for name in stand_ins:
            del sys.modules[name]
    return SimpleNamespace(**{name: thing for room in rooms for name, thing in vars(room).items()})


class PaintedImages(Dataset[tuple[Tensor, int]]):
    """A split in the form of SpuCo's datasets, painted beforehand; a group is a class with an attribute value."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self.images = split.render(slice(None))
        self.labels, self.spurious = split.labels.tolist(), split.attribute.tolist()
        self.num_classes = split.classes
        self.group_partition: dict[tuple[int, int], list[int]] = {}
        for i, group in enumerate(zip(self.labels, self.spurious, strict=True)):
            self.group_partition.setdefault(group, []).append(i)
        self.group_weights = {group: len(members) / len(self) for group, members in self.group_partition.items()}

    def subset(self, index: list[int]) -> PaintedImages:
        return PaintedImages(self.split.subset(torch.tensor(index)))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.images[index], self.labels[index]


class Peer:
    """SpuCo's ways to train, each a method by the name of our strategy: (strategy, images) to the trained network."""

    def __init__(self, budget: Budget, seed: int) -> None:
        self.spuco, self.budget, self.seed = load_spuco(), budget, seed
        self.spuco.set_seed(seed)  # one for the whole process, set again by every constructor of SpuCo

    def trainer(self, kind: Any, network: nn.Module, images: Any, epochs: float, **more: Any) -> Any:
        optimizer = torch.optim.Adam(network.parameters(), self.budget.learning_rate)
        return kind(network, images, self.budget.batch_size, optimizer, int(epochs), **more)

    def erm(self, strategy: Any, images: PaintedImages) -> nn.Module:
        network = build("simple_cnn", images.num_classes, self.seed)
        self.trainer(self.spuco.ERM, network, images, self.budget.epochs).train()
        return network

    def group_dro(self, strategy: GroupDro, images: PaintedImages) -> nn.Module:
        network = build("simple_cnn", images.num_classes, self.seed)
        grouped = self.spuco.GroupLabeledDatasetWrapper(images, images.group_partition)
        trainer = self.trainer(self.spuco.GroupDRO, network, grouped, self.budget.epochs)
        trainer.group_weighted_loss.group_weight_lr = strategy.step
        trainer.train()
        return network

    def jtt(self, strategy: Jtt, images: PaintedImages) -> nn.Module:
        # the weights that our first stage starts from too
        first = build("simple_cnn", images.num_classes, seed_from("stage", 0, self.seed))
        stage = self.trainer(self.spuco.ERM, first, images, strategy.first_epochs)
        stage.train()
        answers = stage.trainer.get_trainset_outputs().argmax(1).tolist()
        groups = self.spuco.JTTInference(answers, images.labels).infer_groups()
        upsampled = groups[0, 0] + int(strategy.upweight) * groups[0, 1]
        network = build("simple_cnn", images.num_classes, self.seed)
        trainer = self.trainer(self.spuco.CustomSampleERM, network, images, self.budget.epochs, indices=[])
        for epoch in range(int(self.budget.epochs)):
            # a pass over all that is up-sampled would be up to twice the steps, so it is drawn from: an epoch's worth
            # of images, in the way of SpuCo's own GroupDRO
            trainer.trainer.sampler.indices = random.choices(upsampled, k=len(images))
            trainer.train_epoch(epoch)
        return network

    def dfr(self, strategy: Dfr, images: PaintedImages) -> nn.Module:
        """Plain training on what is not held out; on that, SpuCo's own choice of penalty, l1 and 20 models."""
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(self.seed)).tolist()
        held = round(strategy.held_out * len(images))
        network = self.erm(strategy, images.subset(order[held:]))
        # its own split in halves samples from a set, which Python 3.11 refuses
        refitted_on, chosen_on = (images.subset(order[half:held:2]) for half in (0, 1))
        grouped = [self.spuco.GroupLabeledDatasetWrapper(own, own.group_partition) for own in (refitted_on, chosen_on)]
        dfr = self.spuco.DFR(grouped[0], _Features(network), validation_set=grouped[1], data_for_scaler=refitted_on)
        dfr.train()
        _, coefficients, intercept, scaler = dfr.linear_model
        weight = torch.as_tensor(coefficients / scaler.scale_, dtype=torch.float32)
        bias = torch.as_tensor(intercept, dtype=torch.float32) - weight @ torch.as_tensor(scaler.mean_).float()
        head = head_of(network)
        with torch.no_grad():  # of two classes there is one row: the difference of their logits
            head.weight.copy_(torch.cat([-weight / 2, weight / 2]))
            head.bias.copy_(torch.cat([-bias / 2, bias / 2]))
        return network


class _Features(nn.Module):
    """A network as SpuCo's models are: `backbone` returns what goes into the last layer."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def backbone(self, x: Tensor) -> Tensor:
        seen: list[Tensor] = []
        hook = head_of(self.network).register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
        self.network(x)
        hook.remove()
        return seen[0]
