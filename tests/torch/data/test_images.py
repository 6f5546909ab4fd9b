"""A split: some of a family's images, as they are shown, with their target and bias attributes."""

from dataclasses import dataclass

import pytest
import torch

from torch.utils.data import DataLoader

from lazyartist.data.coloured import ColouredImages
from lazyartist.data.images import Split, UnsupportedError
from lazyartist.probes import accuracy, recolour


@dataclass(frozen=True, eq=False)
class Blocks:
    """Images of which each channel is one factor: a family that can be repainted in two of its three."""

    values: torch.Tensor  # (N, 3)
    fingerprint: str = "blocks"

    @property
    def factors(self):
        return {name: self.values[:, i] for i, name in enumerate(("shape", "wall", "floor"))}

    @property
    def sizes(self):
        return {"shape": 2, "wall": 3, "floor": 4}

    def __len__(self):
        return len(self.values)

    def render(self, index):
        return self.paint(index, {})

    def paint(self, index, values):
        shown = torch.stack([values.get(name, own[index]) for name, own in self.factors.items()], 1)
        return (shown / 10)[:, :, None, None].expand(-1, -1, 2, 2)


BLOCKS = Blocks(torch.stack([torch.arange(24) // 12, torch.arange(24) // 4 % 3, torch.arange(24) % 4], 1))


@dataclass(frozen=True, eq=False)
class Still:
    """Images that offer no more than the protocol asks."""

    fingerprint: str = "still"

    @property
    def factors(self):
        return {"class": torch.tensor([0, 1, 1])}

    @property
    def sizes(self):
        return {"class": 2}

    def __len__(self):
        return 3

    def render(self, index):
        return torch.zeros(len(index), 3, 4, 4)


def test_it_is_an_ordinary_dataset(task):
    data = task.easy
    x, y = next(iter(DataLoader(data, batch_size=8, generator=torch.Generator())))
    assert torch.equal(x, data.render(slice(0, 8)))
    assert torch.equal(y, data.labels[:8])
    assert len(data) == 288
    assert torch.equal(data[-1][0], data[287][0])
    assert data[5][1] == int(data.labels[5])
    with pytest.raises(IndexError, match="288 images"):
        data[288]
    with pytest.raises(IndexError, match="288 images"):
        data[-289]


def test_a_subset_shows_what_the_split_shows():
    split = Split(BLOCKS, "shape", ("wall",)).with_attribute(torch.arange(24) % 3)
    for index in (torch.tensor([7, 2, 2]), slice(3, 9), torch.arange(24) % 5 == 0, slice(None)):
        rows = torch.arange(24)[index]
        part = split.subset(index)
        assert len(part) == len(rows)
        assert torch.equal(part.labels, split.labels[rows])
        assert torch.equal(part.attribute, split.attribute[rows])
        assert torch.equal(part.render(slice(None)), split.render(rows))
    inner = split.subset(torch.tensor([7, 2, 5])).subset(torch.tensor([2, 0]))
    assert torch.equal(inner.render(slice(None)), split.render(torch.tensor([5, 7])))
    assert (inner.target, inner.bias, inner.classes, inner.attributes) == ("shape", ("wall",), 2, 3)


def test_two_bias_attributes_count_as_one():
    split = Split(BLOCKS, "shape", ("wall", "floor"))
    assert (split.classes, split.attributes) == (2, 12)
    assert torch.equal(split.attribute, 4 * BLOCKS.factors["wall"] + BLOCKS.factors["floor"])
    other = (split.attribute + 5) % 12
    painted = split.with_attribute(other)
    assert torch.equal(painted.attribute, other)
    assert torch.equal(
        painted.render(slice(None))[:, :, 0, 0] * 10, torch.stack([split.labels, other // 4, other % 4], 1)
    )
    assert torch.equal(painted.render(slice(None)), split.render(slice(None), other))
    assert torch.equal(painted.labels, split.labels)


def test_one_of_several_factors_is_painted_and_the_others_stay():
    walls = Split(BLOCKS, "shape", ("wall",)).with_attribute(torch.full((24,), 2))
    pixels = walls.render(slice(None))[:, :, 0, 0] * 10
    assert torch.equal(pixels[:, 1], torch.full((24,), 2.0))
    assert torch.allclose(pixels[:, 2], BLOCKS.factors["floor"].float())
    again = Split(BLOCKS, "shape", ("floor",), painted=walls.painted).with_attribute(torch.zeros(24, dtype=torch.long))
    assert torch.equal((again.render(slice(None))[:, :, 0, 0] * 10).long()[:, 1:].unique(dim=0), torch.tensor([[2, 0]]))


def test_the_fingerprint_sees_which_images_and_what_is_painted():
    split = Split(BLOCKS, "shape", ("wall",))
    fingerprints = [
        split,
        split.subset(slice(0, 12)),
        split.subset(slice(12, 24)),
        split.with_attribute(torch.zeros(24, dtype=torch.long)),
        split.with_attribute(torch.ones(24, dtype=torch.long)),
        Split(BLOCKS, "shape", ("floor",)).with_attribute(torch.ones(24, dtype=torch.long)),
    ]
    assert len({split.fingerprint for split in fingerprints}) == 6
    assert split.subset(slice(0, 12)).fingerprint == split.subset(torch.arange(12)).fingerprint


def test_what_a_family_cannot_do_is_said_by_name():
    split = Split(Still(), bias=())
    assert torch.equal(split.render(slice(None)), torch.zeros(3, 3, 4, 4))
    assert not split.can_paint
    for ask in (lambda: split.attribute, lambda: split.attributes):
        with pytest.raises(UnsupportedError, match="has no bias attribute: name one of class"):
            ask()
    with pytest.raises(UnsupportedError, match=r"Still.*has no `foreground`"):
        split.foreground()
    with pytest.raises(UnsupportedError, match=r"Still.*cannot be repainted"):
        split.with_attribute(torch.zeros(3, dtype=torch.long))
    with pytest.raises(ValueError, match="has no factor colour: it has class"):
        Split(Still())
    with pytest.raises(ValueError, match="has no factor kind: it has shape, wall, floor"):
        Split(BLOCKS, "kind", ("wall",))


def test_a_split_says_what_it_is(task):
    assert repr(task.easy).startswith("Split(288 of ColouredImages(288 images in the colours of hues, foreground)")
    assert task.easy.can_paint


@dataclass(frozen=True, eq=False, repr=False)
class OnGrey(ColouredImages):
    """A canvas of one's own: coloured strokes on grey."""

    def paint(self, index, values):
        stroke = self.foreground(index)[:, None].float() / 255
        return super().paint(index, values) + (1 - stroke) * 0.5


def test_a_canvas_of_ones_own_is_never_replaced_by_ours(task, taught):
    """Subsets, other colours and probes all show the subclass's pixels."""
    easy = task.easy.images
    own = Split(OnGrey(easy.images, easy.labels, easy.colours, easy.palette))
    corner = (..., 0, 0)  # no stroke there
    grey = torch.full((5, 3), 0.5)
    for split in (
        own,
        own.subset(torch.arange(20)),
        own.with_attribute((own.labels + 1) % 10),
        own.with_attribute((own.labels + 1) % 10).subset(slice(2, 30)),
    ):
        assert torch.equal(split.render(slice(0, 5))[corner], grey)
        assert torch.equal(split.render(slice(0, 5), torch.zeros(5, dtype=torch.long))[corner], grey)
    assert own.fingerprint == own.subset(slice(None)).images.fingerprint

    def sees_grey(model, inputs):
        assert (inputs[0][corner] == 0.5).all()

    hook = taught.register_forward_pre_hook(sees_grey)
    try:
        accuracy(taught, own.subset(slice(0, 40)))
        recolour(taught, own.subset(slice(0, 40)), own=torch.arange(10))
    finally:
        hook.remove()
