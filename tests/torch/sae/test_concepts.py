import math

import pytest
import torch

from lazyartist.data.coloured import ColouredImages
from lazyartist.data.images import Split, UnsupportedError
from lazyartist.data.make import make_task
from lazyartist.data.palettes import palette_of
from lazyartist.data.sources import GreyImages
from lazyartist.sae.concepts import bias_and_class, check_unbiased, cramers_v, strokes


SIZES = (2, 3, 4, 5, 7, 10)
PAIRS = [*((n, n) for n in SIZES), (2, 4), (4, 2), (10, 2), (2, 10), (3, 7)]


def biased(n, classes, attributes, correlation, seed=0, shares=None):
    """Labels, and attribute values that follow them in a share of the images; the rest is even over all values."""
    generator = torch.Generator().manual_seed(seed)
    shares = torch.ones(classes) if shares is None else torch.tensor(shares)
    labels = torch.multinomial(shares, n, replacement=True, generator=generator)
    follows = torch.rand(n, generator=generator) < correlation
    chance = torch.randint(attributes, (n,), generator=generator)
    return labels, torch.where(follows, labels % attributes, chance)


def own_task(classes, images=480, seed=0):
    """A task painted on noise."""
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (images, 12, 12), generator=generator).to(torch.uint8).cpu().numpy()
    labels = (torch.arange(images) % classes).cpu().numpy()
    palette = [(1, value / classes, 1 - value / classes) for value in range(classes)]
    return make_task(GreyImages(pixels, labels, pixels, labels), palette=palette, seed=seed)


@pytest.mark.parametrize("classes", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_the_unbiased_split_of_any_task_is_taken_and_its_biased_ones_are_not(classes, seed):
    task = own_task(classes, seed=seed)
    check_unbiased(task.unbiased)
    check_unbiased(task.test)
    for split in (task.train, task.easy, task.hard["rotated"]):
        with pytest.raises(ValueError, match=r"colour tells the class of \d+% of these images, .* task.unbiased"):
            check_unbiased(split)


@pytest.mark.parametrize("images", [40, 200, 2000])
@pytest.mark.parametrize(("classes", "attributes"), PAIRS)
def test_independent_factors_of_any_sizes_are_taken(images, classes, attributes, split_of):
    for seed in range(20):
        check_unbiased(split_of(*biased(images, classes, attributes, 0, seed), classes, attributes))
        even = [1.0] + [0.1] * (classes - 1)  # most images are of one class
        check_unbiased(split_of(*biased(images, classes, attributes, 0, seed, even), classes, attributes))


@pytest.mark.parametrize("correlation", [0.4, 0.7, 0.95, 1.0])
@pytest.mark.parametrize(("classes", "attributes"), PAIRS)
def test_entangled_factors_of_any_sizes_are_refused(correlation, classes, attributes, split_of):
    for seed in range(5):
        for shares in (None, [1.0] + [0.3] * (classes - 1)):
            split = split_of(*biased(600, classes, attributes, correlation, seed, shares), classes, attributes)
            with pytest.raises(ValueError, match=r"background tells the class .* images whose background says nothing"):
                check_unbiased(split)


def test_a_rare_class_that_the_attribute_gives_away_is_refused(split_of):
    """Guessing by the attribute is right no more often than guessing the commonest class, yet tells the rare one."""
    labels = torch.zeros(1000, dtype=torch.int64)
    labels[:50] = 1
    attribute = torch.arange(1000) % 3
    attribute[:50] = 0
    table = torch.bincount(labels * 3 + attribute, minlength=6).view(2, 3)
    assert int(table.amax(0).sum()) == int(table.sum(1).max())
    with pytest.raises(ValueError, match=r"background tells the class of 95% .* commonest class that of 95%"):
        check_unbiased(split_of(labels, attribute, 2, 3))


def test_what_never_varies_gives_nothing_away(split_of):
    labels = torch.arange(60) % 3
    check_unbiased(split_of(labels, labels * 0, 3, 3))
    check_unbiased(split_of(labels * 0, labels, 3, 3))
    check_unbiased(split_of(labels[:1], labels[:1], 3, 3))


def test_cramers_v_of_known_answers():
    assert cramers_v(torch.full((4, 3), 50)) == (0, 1)
    strength, luck = cramers_v(100 * torch.eye(5, dtype=torch.int64))
    assert strength == pytest.approx(1)
    assert luck < 1e-9
    # a correlation of ρ, the rest even over all, has ρ
    for size, correlation in ((2, 0.3), (10, 0.5)):
        table = 1e6 * (correlation * torch.eye(size) / size + (1 - correlation) / size**2)
        assert cramers_v(table)[0] == pytest.approx(correlation, abs=1e-3)
    # by the formula, a value that never occurs counting for nothing
    table = torch.tensor([[20, 10, 0], [5, 25, 0]])
    statistic = 60 * (20 * 25 - 10 * 5) ** 2 / (30 * 30 * 25 * 35)
    smaller = 2 - 1 / 59 - 1
    strength, luck = cramers_v(table)
    assert strength == pytest.approx(math.sqrt((statistic / 60 - 1 / 59) / smaller))
    assert luck == pytest.approx(math.erfc(math.sqrt(statistic / 2)))
    assert cramers_v(table.T) == pytest.approx((strength, luck))


def test_by_luck_alone_cramers_v_stays_near_zero():
    pairs = [biased(80, 7, 7, 0, seed) for seed in range(200)]
    scores = [cramers_v(torch.bincount(y * 7 + a, minlength=49).view(7, 7)) for y, a in pairs]
    strength, luck = torch.tensor(scores).T  # uncorrected, the mean strength would be 0.27
    assert float(strength.mean()) < 0.09
    assert 0.4 < float(luck.mean()) < 0.6


def test_concepts_are_called_by_the_palettes_words_or_by_factor_and_value(split_of):
    task = own_task(3)
    names = ["red", "green", "blue"]
    three = palette_of([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    labels, colours = torch.tensor([0, 1, 2, 1]), torch.tensor([2, 2, 1, 0])
    pixels = torch.zeros(4, 6, 6, dtype=torch.uint8)
    found = bias_and_class(Split(ColouredImages(pixels, labels, colours, three)))
    assert list(found.names) == [*three.words, "class 0", "class 1", "class 2"]
    assert len(set(three.words)) == len(names)
    assert list(found.kinds) == ["colour"] * 3 + ["class"] * 3
    assert found.holds.int().tolist() == [
        [0, 0, 0, 1],
        [0, 0, 1, 0],
        [1, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 1, 0, 1],
        [0, 0, 1, 0],
    ]
    assert bias_and_class(task.unbiased).holds.shape == (6, len(task.unbiased))
    found = bias_and_class(split_of(torch.tensor([0, 1, 1]), torch.tensor([0, 3, 2]), 2, 4))
    assert list(found.names) == [*(f"background {value}" for value in range(4)), "class 0", "class 1"]
    assert found.holds.int().tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 1, 1]]


def test_every_bias_attribute_of_several_has_concepts_of_its_own(split_of):
    labels, a, b = (torch.arange(24) // step % size for step, size in ((1, 2), (2, 3), (6, 4)))
    images = split_of(labels, a, 2, 3).images
    images.factors["corner"], images.sizes["corner"] = b, 4
    split = Split(images, bias=("background", "corner"))
    found = bias_and_class(split)
    assert found.kinds == ["background"] * 3 + ["corner"] * 4 + ["class"] * 2
    assert torch.equal(found.holds[3:7], b == torch.arange(4)[:, None])
    check_unbiased(split)
    images.factors["corner"] = labels + 2 * (b // 2)
    longer = split.subset(torch.arange(24).repeat(10))
    with pytest.raises(ValueError, match="background and corner tells the class of 100%"):
        check_unbiased(longer)


def test_strokes_are_what_they_are_called():
    images = torch.zeros(8, 28, 28, dtype=torch.uint8)
    images[0, 4:24, 13:15] = 255  # upright
    images[1, 13:15, 4:24] = 255  # level
    steps = torch.arange(4, 24)
    for shift in (0, 1):
        images[2, steps, steps + shift] = 255  # falls to the right
        images[3, 27 - steps, steps + shift] = 255
    images[4:] = 40
    images[4:, 8:20, 8:20] = 90
    images[7] = 200
    images[7, 8:20, 8:20] = 255
    zeros = torch.zeros(8, dtype=torch.long)
    split = Split(ColouredImages(images, zeros, zeros))
    found = strokes(split)
    held = {name: row.nonzero()[:, 0].tolist() for name, row in zip(found.names, found.holds, strict=True)}
    assert 7 in held["ink"]
    assert 0 in held["vertical strokes"]
    assert 1 in held["horizontal strokes"]
    assert 2 in held["falling strokes"]
    assert 3 in held["rising strokes"]
    assert 3 not in held["falling strokes"]
    order = torch.tensor([3, 0, 7, 5, 1, 2, 6, 4])
    assert torch.equal(strokes(split.subset(order)).holds, found.holds[:, order])


def test_strokes_of_images_without_a_known_object_are_refused(split_of):
    with pytest.raises(UnsupportedError, match="does not say which pixels are the object"):
        strokes(split_of(torch.arange(4), torch.arange(4), 4, 4))
