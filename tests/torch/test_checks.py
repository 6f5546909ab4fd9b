"""What the contract of strategies catches, and what it refuses."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch

from torch.nn.functional import cross_entropy

from lazyartist import checks
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Plan
from lazyartist.strategies.erm import Erm
from lazyartist.training.fit import fit


@dataclass(frozen=True)
class HasAKnobWithoutDefault(Erm):
    weight: float


CALLS = []


@dataclass(frozen=True)
class RemembersLastTime(Erm):
    def loss(self, model, batch):
        CALLS.append(None)
        return super().loss(model, batch) * len(CALLS)


@dataclass(frozen=True)
class SeedsNumpy(Erm):
    def plan(self, split):
        np.random.seed(len(split.labels))
        return super().plan(split)


@dataclass(frozen=True)
class ChangesTheData(Erm):
    def plan(self, split):
        split.split.images.colours[0] += 1
        return super().plan(split)


@dataclass(frozen=True)
class TurnsGrey(Erm):
    uses: ClassVar = frozenset({"recolouring"})

    def loss(self, model, batch):
        return cross_entropy(model(batch.x.mean(1, keepdim=True).expand_as(batch.x)), batch.y)


@dataclass(frozen=True)
class RepaintsInSecret(Erm):
    def loss(self, model, batch):
        return cross_entropy(model(batch.x.flip(1)), batch.y)


@dataclass(frozen=True)
class ReadsTheColours(Erm):
    def plan(self, split):
        colours = split.split.attribute

        def loss(model, batch):
            return cross_entropy(model(batch.x), batch.y) * (1 + colours[batch.index].float().mean())

        return Plan(loss)


@dataclass(frozen=True)
class CountsGroups(Erm):
    """Reads the bias attribute, whatever its values are called: how large an image's group is."""

    def plan(self, split):
        group = split.labels * split.split.attributes + split.split.attribute
        size = group.bincount()[group].float()

        def loss(model, batch):
            return (cross_entropy(model(batch.x), batch.y, reduction="none") / size[batch.index]).sum()

        return Plan(loss)


@dataclass(frozen=True)
class ReadsThePalette(Erm):
    def plan(self, split):
        of = split.split.images.palette.tensor()[split.split.attribute]
        return Plan(lambda model, batch: self.loss(model, batch) * of[batch.index].mean())


@dataclass(frozen=True)
class CountsValues(Erm):
    def plan(self, split):
        values = split.split.attributes
        return Plan(lambda model, batch: values * self.loss(model, batch))


@dataclass(frozen=True)
class LearnsNothing(Erm):
    def loss(self, model, batch):
        return 0 * super().loss(model, batch)


@dataclass(frozen=True)
class FailsOnSmallBatches(Erm):
    def loss(self, model, batch):
        return cross_entropy(model(batch.x), batch.y, reduction="none").log().sum() / (len(batch.x) - 1)


@dataclass(frozen=True)
class TakesTenClassesForGranted(Erm):
    def loss(self, model, batch):
        return cross_entropy(model(batch.x).view(-1, 10), batch.y)


@dataclass(frozen=True)
class AnswersOneOfTwo(Erm):
    """Learns ten classes well enough, and of two always the same."""

    def plan(self, split):
        def spoil(model):
            if split.classes == 2:
                model.head.bias.data[0] += 1000

        return Plan(self.loss, finish=spoil)


@dataclass(frozen=True)
class TakesSquaresForGranted(Erm):
    def loss(self, model, batch):
        height = batch.x.shape[2]
        return cross_entropy(model(batch.x.view(-1, 3, height, height)), batch.y)


@dataclass(frozen=True)
class RepaintsWithoutDeclaring(Erm):
    """Repaints the training images; its declaration, "augmentation", does not say so."""

    uses: ClassVar = frozenset({"augmentation"})

    def plan(self, split):
        def loss(model, batch):
            return cross_entropy(model(split.split.render(batch.index, batch.y)), batch.y)

        return Plan(loss)


@dataclass(frozen=True)
class HasAsManyValuesAsClasses(Erm):
    uses: ClassVar = frozenset({"bias_labels"})

    def loss(self, model, batch):
        return cross_entropy(model(batch.x), batch.y) + cross_entropy(model(batch.x), batch.attribute)


@pytest.mark.parametrize(
    ("wrong", "check", "words"),
    [
        (RemembersLastTime, checks.check_same_seed_same_bits, "one seed gave two models"),
        (SeedsNumpy, checks.check_nothing_global_is_touched, "NumPy"),
        (ChangesTheData, checks.check_the_data_stay_as_they_are, "changed the dataset"),
        (TurnsGrey, checks.check_it_uses_only_what_it_declared, "grey"),
        (RepaintsInSecret, checks.check_it_uses_only_what_it_declared, "changes images"),
        (ReadsTheColours, checks.check_it_uses_only_what_it_declared, "must declare 'bias_labels'"),
        (CountsGroups, checks.check_it_uses_only_what_it_declared, "must declare 'bias_labels'"),
        (CountsValues, checks.check_it_uses_only_what_it_declared, "must declare 'bias_labels'"),
        (ReadsThePalette, checks.check_it_uses_only_what_it_declared, "than it declared: AttributeError"),
        (
            RepaintsWithoutDeclaring,
            checks.check_it_uses_only_what_it_declared,
            "more of the training split than it declared",
        ),
        (LearnsNothing, checks.check_it_beats_chance, "chance is 10 %"),
        (FailsOnSmallBatches, checks.check_small_batches, "on a batch of 1"),
        (TakesTenClassesForGranted, checks.check_other_numbers_of_classes, "fails on 2 classes"),
        (AnswersOneOfTwo, checks.check_other_numbers_of_classes, "answers one of two classes only"),
        (LearnsNothing, checks.check_other_numbers_of_classes, "of two classes"),
        (TakesSquaresForGranted, checks.check_other_numbers_of_classes, "fails on 3 classes .* images of 28×20"),
        (RepaintsWithoutDeclaring, checks.check_groups_of_any_size, "needs what these images lack: it must declare"),
        (
            HasAsManyValuesAsClasses,
            checks.check_groups_of_any_size,
            "fails on 2 classes with 4 attribute values, images of 28×28: IndexError",
        ),
    ],
)
def test_the_contract_catches(wrong, check, words, processor):
    if "IndexError" in words:
        processor("an accelerator that refuses an index does nothing more in its process")
    with pytest.raises(AssertionError, match=words):
        check(wrong())


def test_what_one_spoils_is_spoilt_for_no_other():
    with pytest.raises(AssertionError):
        checks.check_the_data_stay_as_they_are(ChangesTheData())
    checks.check_same_seed_same_bits(Erm())


def test_every_knob_has_a_default():
    with pytest.raises(AssertionError, match="HasAKnobWithoutDefault: the knobs weight have no default"):
        checks.check_configuration(HasAKnobWithoutDefault(1.0))


def test_what_was_not_declared_is_refused(task, short):
    @dataclass(frozen=True)
    class Weighs(Erm):
        def plan(self, split):
            return Plan(self.loss, torch.ones(len(split.labels)))

    @dataclass(frozen=True)
    class WeighsBadly(Weighs):
        uses: ClassVar = frozenset({"resampling"})

        def plan(self, split):
            return Plan(self.loss, -torch.ones(len(split.labels)))

    @dataclass(frozen=True)
    class TrainsWithMore(Erm):
        def plan(self, split):
            split.fit(STRATEGIES["group_balanced"](), 0.1)
            return Plan(self.loss)

    for wrong, words in (
        (Weighs(), "must declare 'resampling'"),
        (WeighsBadly(), r"from -1 to -1: expected \(1149,\) numbers from 0 on"),
        (TrainsWithMore(), "must declare .*'bias_labels'"),
    ):
        with pytest.raises(ValueError, match=words):
            fit(wrong, task, "simple_cnn:width=2", budget=short)


def test_the_contract_wants_strategies():
    with pytest.raises(ValueError, match="expected an instance of a Strategy"):
        checks.parametrize_with_checks([Erm])
    with pytest.raises(ValueError, match="expected an instance of a Strategy"):
        checks.parametrize_with_checks(["erm"])
