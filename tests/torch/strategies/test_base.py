"""Every strategy: the ranges of its knobs, and groups of any sizes on images of any shape that cannot be repainted."""

from dataclasses import fields

import pytest
import torch

from lazyartist.inference import logits_of
from lazyartist.knobs import RANGE
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Strategy
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


SHORT = Budget(epochs=0.5, batch_size=16)
# classes, attribute values, height, width: square and not, more and fewer attribute values than classes
SHAPES = [(2, 2, 28, 28), (2, 4, 16, 24), (3, 2, 24, 16), (9, 9, 16, 16), (37, 37, 16, 20)]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "x".join(map(str, shape)))
@pytest.mark.parametrize("name", list(STRATEGIES))
def test_every_strategy_takes_groups_of_any_sizes(family, name, shape):
    task = family(*shape)
    model = fit(STRATEGIES.build(name), task, "simple_cnn:width=2", budget=SHORT).model
    logits = logits_of(model, task.test)
    assert logits.shape == (len(task.test), shape[0])
    assert logits.isfinite().all()


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_every_knob_has_a_range(name):
    assert all(RANGE in field.metadata for field in fields(STRATEGIES[name]))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("focal:gamma=-3", "Focal: gamma=-3: expected a finite number from 0 on"),
        ("focal:gamma=nan", "gamma=nan: expected a finite number from 0 on"),
        ("focal:gamma=much", "gamma='much': expected a finite number from 0 on"),
        ("colour_consistency:weight=-5", "weight=-5: expected a finite number from 0 on"),
        ("vrex:weight=-1e9", "weight=-1000000000.0: expected a finite number from 0 on"),
        ("group_dro:step=-1", "step=-1: expected a finite number from 0 on"),
        ("lff:ema=2", "ema=2: expected a finite number from 0, below 1"),
        ("lff:ema=nan", "ema=nan: expected a finite number from 0, below 1"),
        ("logit_correction:ema=1", "ema=1: expected a finite number from 0, below 1"),
        ("irm:warmup=5", "warmup=5: expected a finite number from 0, up to 1"),
        ("selecmix:q=5", "q=5: expected a finite number above 0, up to 1"),
        ("gce:q=-1", "q=-1: expected a finite number above 0, up to 1"),
        ("fg_ccdb:part=2", "part=2: expected a finite number above 0, up to 1"),
        ("fg_ccdb:stages=0", "stages=0: expected a whole number from 1, up to 100"),
        ("cutout:side=0", "side=0: expected a whole number from 1 on"),
        ("jtt:upweight=0", "upweight=0: expected a finite number from 1 on"),
        ("jtt:first_epochs=1e9", "first_epochs=1000000000.0: expected a finite number above 0, up to 1000"),
        ("lazy:check_every=2.5", "check_every=2.5: expected a whole number from 1 on"),
        ("lazy:check_every=nan", "check_every=nan: expected a whole number from 1 on"),
        ("dfr:held_out=0", "held_out=0: expected a finite number above 0, below 1"),
        ("dfr:C=0", "C=0: expected a finite number above 0$"),
        ("recoloured_reversal:bins=0", "bins=0: expected a whole number from 2, up to 1000"),
        ("adversarial_training:epsilon=1", "epsilon=1: expected a finite number above 0, below 1"),
        ("adversarial_training:weight=0", "weight=0: expected a finite number above 0$"),
        ("adversarial_training:warmup=0", "warmup=0: expected a finite number above 0, up to 1"),
        ("double_backprop:images=0", "images=0: expected a whole number from 1, up to 10000"),
    ],
)
def test_a_knob_out_of_range_is_refused(spec, words):
    with pytest.raises(ValueError, match=words):
        STRATEGIES.build(spec)


@pytest.mark.parametrize("spec", ["focal:gamma=1:gamma=2", "dfr:C=1:held_out=0.1:C=1"])
def test_a_knob_given_twice_is_refused(spec):
    with pytest.raises(ValueError, match=r"(gamma|C) is given twice"):
        STRATEGIES.build(spec)


def test_knobs_are_part_of_the_configuration():
    assert repr(STRATEGIES.build("jtt:upweight=5")) == "Jtt(first_epochs=0.1, upweight=5)"
    with pytest.raises(ValueError, match=r"jtt has the knobs .*'first_epochs', 'upweight'.*, not 'times'"):
        STRATEGIES.build("jtt:times=5")


def test_only_the_lazy_model_and_the_control_are_no_cures():
    kinds = {name: STRATEGIES[name] for name in STRATEGIES}
    assert {name for name, kind in kinds.items() if not kind.is_cure} == {"lazy", "grayscale_erm"}
    assert {name for name, kind in kinds.items() if kind.budget is not None} == {"lazy"}
    assert kinds["second_opinion"].networks == ("simple_cnn",)
    assert all(issubclass(kind, Strategy) for kind in kinds.values())


def test_an_attribute_that_was_not_declared_is_out_of_reach(family, batch_of):
    assert batch_of(family(*SHAPES[1])).attribute is None
    assert torch.equal(batch_of(family(*SHAPES[1]), attribute=True).attribute, family(*SHAPES[1]).train.attribute[:16])
