import pytest
import torch

from torch import nn

from lazyartist.inference import evaluating, predict
from lazyartist.probes import accuracy, recolour
from lazyartist.training.fit import build


class ReadsColour(nn.Module):
    """Answers with the palette colour that is nearest in hue: as lazy as can be."""

    def __init__(self, palette):
        super().__init__()
        self.register_buffer("directions", nn.functional.normalize(palette.tensor()))

    def forward(self, x):
        return nn.functional.normalize(x.mean((2, 3)), dim=1) @ self.directions.T


def test_a_colour_reader_follows_and_never_stays(task):
    model = ReadsColour(task.train.palette)
    found = recolour(model, task.hard["other"])
    assert found.follows == 1.0
    assert found.stays == 0.0
    assert torch.equal(found.stays_table, torch.eye(10))
    assert torch.equal(found.follows_table, torch.ones(10, 10))
    assert found.n == 33  # the smallest class of the 360 test digits
    assert accuracy(model, task.hard["rotated"]).value == 0.0
    assert accuracy(model, task.easy).value == int(task.easy.aligned.sum()) / len(task.easy)


def test_confusion_counts_true_by_answer(task):
    found = accuracy(ReadsColour(task.train.palette), task.hard["rotated"])
    assert found.n == len(task.hard["rotated"])
    counts = torch.bincount(task.hard["rotated"].labels, minlength=10)
    assert torch.equal(found.confusion.sum(1), counts)
    assert found.confusion[0, 5] == counts[0]


def test_recolour_wants_images(task):
    with pytest.raises(ValueError, match="per_class=0"):
        recolour(nn.Identity(), task.easy, per_class=0)
    with pytest.raises(ValueError, match="images of every class"):
        recolour(nn.Identity(), task.easy.subset(task.easy.labels != 4))


def test_asking_leaves_no_trace(task):
    model = build("simple_cnn", 10, seed=0).train()
    model.conv1.eval()
    model.head.weight.requires_grad_(requires_grad=False)
    modes = [module.training for module in model.modules()]
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    predict(model, task.easy)
    with pytest.raises(ZeroDivisionError), evaluating(model):
        assert not any(module.training for module in model.modules())
        assert not any(parameter.requires_grad for parameter in model.parameters())
        raise ZeroDivisionError
    assert [module.training for module in model.modules()] == modes
    assert [name for name, p in model.named_parameters() if not p.requires_grad] == ["head.weight"]
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_predictions_do_not_depend_on_the_batch(task):
    model = build("simple_cnn", 10, seed=0)
    whole = predict(model, task.train)  # more than two batches
    assert torch.equal(whole[700:720], predict(model, task.train.subset(slice(700, 720))))
