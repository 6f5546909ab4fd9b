"""The study of noise end to end on the digits, and what it does not count."""

from types import SimpleNamespace

import pytest
import torch

from torch import nn

from lazyartist.attacks.criterion import AttackResult
from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.device import here
from lazyartist.strategies.grayscale_erm import without_colour
from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.noise.minimum_noise import MinimumNoise, first_images, render_in, split_in
from lazyartist.studies.noise.noise import _found, _largest_change


OWN_ONLY = {"attack_steps", "largest_change", "certified_epsilon", "attack_over_certified", "bound_crossed"}
OWN_ONLY |= {"found_over_bisected", "square_success", "random_success", "zero_gradients", "randomised"}
EVERY_PAINT = {"attack_success", "right_before_noise", "already_target", "clean_confidence"}
EVERY_PAINT |= {"minimal_epsilon", "flip_epsilon"}


def test_the_study_brackets_and_checks_itself(measured):
    rows = measured("noise").rows
    by_key = {(row.at["strategy"], row.at["paint"], row.metric): row for row in rows}
    for name in ("lazy", "erm"):
        of_paint = {
            paint: {metric for n, p, metric in by_key if (n, p) == (name, paint)} for paint in ("own", "other", "grey")
        }
        assert of_paint == {"own": OWN_ONLY | EVERY_PAINT, "other": EVERY_PAINT, "grey": EVERY_PAINT}
        for metric in ("bound_crossed", "zero_gradients", "randomised"):
            assert by_key[name, "own", metric].value == 0
        change = by_key[name, "own", "largest_change"].value
        assert (change > 0) == (by_key[name, "own", "attack_success"].value > 0)
        assert change < ATTACK_EPSILON
        for paint in of_paint:
            sure, flip = (by_key[name, paint, f"{what}_epsilon"].detail for what in ("minimal", "flip"))
            assert len(sure) == 4
            assert all(a is b is None or 0 < a <= b for a, b in zip(flip, sure, strict=True))
    assert all(row.at["sevens"] == 4 for row in rows)  # a knob that was changed is a key
    tables = TABLES["noise"](rows)
    assert [len(table.rows) for table in tables] == [2, 6, 2]
    assert len(FIGURES["noise"](rows).axes) == 2


def a_noise(images, epsilon, already):
    n = len(images)
    nothing = torch.zeros(n)
    return MinimumNoise(
        right=~already, already=already, images=images, epsilon=epsilon, flip_epsilon=epsilon, confidence=nothing
    )


def test_the_largest_change_is_measured_on_the_images_whatever_an_attack_says_of_it():
    before, steps = torch.full((4, 3, 2, 2), 0.5), torch.zeros(4, dtype=torch.int64)
    already = torch.tensor([False, False, False, True])
    moved = before + torch.tensor([0.01, 0.2, 0.3, 0.4])[:, None, None, None]
    still = AttackResult(before, torch.zeros(4, dtype=torch.bool), torch.zeros(4), steps)

    def change(noise, fixed):
        return _largest_change(before, noise, fixed).value

    # the second image is said to have moved by 0.02; the third does not count, nor does what was the target before
    said = torch.tensor([0.01, 0.02, torch.inf, 0.0])
    assert change(a_noise(moved, said, already), still) == pytest.approx(0.2)
    never = a_noise(before, torch.full((4,), torch.inf), already)
    assert change(never, still) == 0
    success = torch.tensor([True, False, True, True])
    assert change(never, AttackResult(moved, success, torch.full((4,), 0.01), steps)) == pytest.approx(0.3)


def test_an_image_counts_as_fooled_by_either_attack_unless_it_was_the_target_before():
    already = torch.tensor([False, False, False, True])
    noise = a_noise(torch.zeros(4, 3, 2, 2), torch.tensor([0.01, ATTACK_EPSILON, torch.inf, 0.01]), already)
    fixed = SimpleNamespace(success=torch.tensor([False, False, True, True]))
    facts = {fact.metric: fact for fact in _found(noise, fixed)}
    assert facts["attack_success"].value == pytest.approx(2 / 3)
    assert facts["attack_success"].n == 3
    assert facts["minimal_epsilon"].detail == [0.01, 0.05, torch.inf, None]


@pytest.mark.parametrize("already", [2, 4])
def test_what_is_a_3_before_any_noise_is_neither_bounded_nor_checked(little, run_on, task, already):
    split = split_in(task, "own")
    images = render_in(split, first_images(split, 7, 4), "own")
    brightness = images.mean((1, 2, 3)).sort().values
    border = float(brightness[4 - already] + brightness[3 - already]) / 2 if already < 4 else 0.0
    model = here(nn.Sequential(nn.Flatten(), nn.utils.skip_init(nn.Linear, images[0].numel(), 10)))
    nn.init.zeros_(model[1].weight)
    nn.init.zeros_(model[1].bias)
    model[1].weight.data[3], model[1].bias.data[3] = 1e4 / images[0].numel(), -1e4 * border
    facts = little("noise", steps=100).measure(run_on(task), SimpleNamespace(model=model.eval()))
    values = {fact.metric: fact.value for fact in facts if fact.at == {"paint": "own"}}
    assert values["already_target"] == already / 4
    if already == 4:
        assert "attack_over_certified" not in values
    else:
        assert values["bound_crossed"] == 0
        assert values["attack_over_certified"] == pytest.approx(1, abs=0.1)
        assert values["found_over_bisected"] == pytest.approx(1, abs=0.1)


class Seen(nn.Module):
    """Linear logits; remembers every batch that it was asked about."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.weight = nn.Parameter(torch.randn(3 * 28 * 28, 10, generator=generator))
        self.batches = []

    def forward(self, x):
        self.batches.append(x.detach().clone())
        return x.flatten(1) @ self.weight


def test_the_control_is_attacked_on_grey_images(little, run_on, task):
    study, model = little("noise", steps=2), Seen()
    index = first_images(split_in(task, "own"), 7, 4)
    own = render_in(split_in(task, "own"), index, "own")
    for strategy, first in (("grayscale_erm", without_colour(own)), ("erm", own)):
        model.batches.clear()
        next(study.measure(run_on(task, strategy), SimpleNamespace(model=model)))
        assert torch.equal(model.batches[0], first)


def test_a_network_without_bounds_and_images_without_paint_are_measured_all_the_same(little, run_on, fixed_task):
    weight = torch.randn(3 * 28 * 28, 10, generator=torch.Generator().manual_seed(0))

    class Sine(nn.Module):
        def forward(self, x):
            return x.sin().flatten(1) @ weight

    facts = list(little("noise").measure(run_on(fixed_task), SimpleNamespace(model=Sine())))
    metrics = {paint: {fact.metric for fact in facts if fact.at["paint"] == paint} for paint in ("own", "other")}
    bounds = {"certified_epsilon", "attack_over_certified", "bound_crossed"}
    assert metrics == {"own": (OWN_ONLY - bounds) | EVERY_PAINT, "other": EVERY_PAINT}
    assert {fact.at["paint"] for fact in facts} == {"own", "other"}


def test_classes_that_a_dataset_lacks_are_refused(little, run_on, task):
    with pytest.raises(ValueError, match="noise:source=0:target=1"):
        next(little("noise", source=12).measure(run_on(task), SimpleNamespace(model=None)))


def test_by_default_the_lazy_model_the_control_and_every_cure_are_attacked(little):
    strategies = [run.strategy for run in little("noise", seeds=1).runs()]
    assert strategies[:2] == ["lazy", "grayscale_erm"]
    assert {"erm", "second_opinion", "oracle"} <= set(strategies[2:])
    assert len(strategies) == len(set(strategies))
    assert [run.strategy for run in little("noise", seeds=1, strategies="erm").runs()] == ["erm"]
