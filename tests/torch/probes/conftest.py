"""Models and images whose answers are known."""

import pytest
import torch

from torch import nn

from lazyartist.data.images import Split


class ReadsColour(nn.Module):
    """Answers with the palette colour that is nearest in hue: as lazy as can be."""

    def __init__(self, palette):
        super().__init__()
        self.register_buffer("directions", nn.functional.normalize(palette.tensor()))

    def forward(self, x):
        return nn.functional.normalize(x.mean((2, 3)), dim=1) @ self.directions.T


@pytest.fixture(scope="session")
def reads_colour(task):
    return ReadsColour(task.train.images.palette)


class Plates:
    """Images (1, 2, 3) that say class and bias attribute by their brightness: no digits, no colours."""

    def __init__(self, labels, attribute, classes, attributes):
        self.factors = {"class": labels, "wall": attribute}
        self.sizes = {"class": classes, "wall": attributes}
        self.fingerprint = "plates"

    def __len__(self):
        return len(self.factors["class"])

    def __repr__(self):
        return "Plates"

    def render(self, index):
        shades = torch.stack([self.factors["class"][index] / 10, self.factors["wall"][index] / 10], 1)
        return shades[:, None, :, None].expand(-1, 1, -1, 3).clone()


class PaintedPlates(Plates):
    """Their wall can be painted anew."""

    def paint(self, index, values):
        images = self.render(index)
        images[:, :, 1] = values["wall"][:, None, None] / 10
        return images


class Answers(nn.Module):
    """Calls each plate what `rule` makes of its class and its wall."""

    def __init__(self, classes, rule):
        super().__init__()
        self.classes, self.rule = classes, rule

    def forward(self, x):
        label, wall = ((10 * x[:, 0, row, 0]).round().long() for row in (0, 1))
        return nn.functional.one_hot(self.rule(label, wall), self.classes).float()


@pytest.fixture(scope="session")
def plates():
    """Make a split of plates and a model that answers by a rule."""

    def make(labels, attribute, classes, attributes, rule, painted=True):
        kind = PaintedPlates if painted else Plates
        images = kind(torch.as_tensor(labels), torch.as_tensor(attribute), classes, attributes)
        return Split(images, "class", ("wall",)), Answers(classes, rule)

    return make
