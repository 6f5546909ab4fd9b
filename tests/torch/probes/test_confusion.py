import pytest
import torch

from torch import nn
from torch.utils.data import TensorDataset

from lazyartist.inference import predict
from lazyartist.probes import accuracy, group_accuracy, recolour


def test_confusion_counts_true_by_answer(task, reads_colour):
    found = accuracy(reads_colour, task.hard["rotated"])
    assert found.n == len(task.hard["rotated"])
    counts = torch.bincount(task.hard["rotated"].labels, minlength=10)
    assert torch.equal(found.confusion.sum(1), counts)
    assert found.confusion[0, 5] == counts[0]


def test_a_colour_reader_is_right_where_the_colour_is(task, reads_colour):
    assert accuracy(reads_colour, task.hard["rotated"]).value == 0.0
    assert accuracy(reads_colour, task.easy).value == int(task.aligned(task.easy).sum()) / len(task.easy)


@pytest.mark.parametrize("probe", [accuracy, group_accuracy, recolour])
def test_what_is_no_split_is_refused(nets, task, probe):
    images = nets.batch(4)
    for other in (TensorDataset(images, torch.arange(4)), images, task, task.easy.images):
        with pytest.raises(
            ValueError, match=f"{probe.__name__} needs a Split, such as task.easy, got {type(other).__name__}"
        ):
            probe(nets.settled(), other)


@pytest.mark.parametrize("probe", [accuracy, group_accuracy, recolour])
def test_a_model_that_is_damaged_or_returns_no_logits_is_refused(nets, task, probe):
    model = nets.settled()
    nn.init.constant_(model.head.weight, float("nan"))
    with pytest.raises(ValueError, match="logits that are not finite"):
        probe(model, task.hard["other"])

    class Pair(nn.Linear):
        def forward(self, x):
            return super().forward(x.flatten(1)), x

    with torch.random.fork_rng(), pytest.raises(ValueError, match="returns a tuple: wrap it"):
        probe(Pair(2352, 10), task.hard["other"])
    with pytest.raises(ValueError, match=r"expected \(\d+, 10\)"):
        probe(nets.Linear(3), task.hard["other"])


def test_a_model_whose_train_returns_nothing_is_asked_like_any_other(task):
    class Silent(nn.Sequential):
        def train(self, mode=True):
            super().train(mode)

    with torch.random.fork_rng():
        body = [nn.Flatten(), nn.Linear(2352, 10)]
    assert accuracy(Silent(*body), task.easy).value == accuracy(nn.Sequential(*body), task.easy).value


@pytest.mark.parametrize("probe", [accuracy, group_accuracy, recolour])
def test_asking_leaves_no_trace(nets, task, probe):
    model = nets.settled().train()
    model.conv1.eval()
    model.head.weight.requires_grad_(requires_grad=False)
    before = nets.trace(model)
    probe(model, task.easy)
    assert nets.trace(model) == before


def test_predictions_do_not_depend_on_the_batch(nets, task):
    model = nets.settled()
    whole = predict(model, task.train)  # more than two batches
    assert torch.equal(whole[700:720], predict(model, task.train.subset(slice(700, 720))))
