"""How a model is asked: what it may return, the order of its images in memory, and that it is left as it was."""

import weakref

import numpy as np
import pytest
import torch

from torch import nn

from lazyartist.activations import activations
from lazyartist.inference import evaluating, logits_of, need_gradients, outputs, predict
from lazyartist.networks import build
from lazyartist.probes import accuracy
from lazyartist.strategies.erm import Erm
from lazyartist.training.view import TrainingView


def returning(change):
    """A model of ten classes whose logits are changed on their way out."""

    class Returns(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(10))

        def forward(self, x):
            return change(x.mean((1, 2, 3))[:, None] * self.scale)

    return Returns()


def spoilt(value):
    def spoil(z):
        return z.index_fill(1, torch.tensor([3]), value)

    return spoil


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda z: (z, z), "the model returns a tuple: wrap it so that it returns logits alone"),
        (lambda z: {"logits": z}, "the model returns a dict: wrap it"),
        (lambda z: [z], "the model returns a list: wrap it"),
        (lambda z: z.detach().cpu().numpy(), "the model returns a ndarray: wrap it"),
        (lambda z: None, "the model returns a NoneType: wrap it"),
        (lambda z: z[:, :7], r"shape \(64, 7\) for 64 images: expected \(64, 10\), one logit per class"),
        (lambda z: z[:, 0], r"shape \(64,\) for 64 images"),
        (lambda z: z[:1], r"shape \(1, 10\) for 64 images"),
        (lambda z: z[:, :, None], r"shape \(64, 10, 1\)"),
        (lambda z: z.argmax(1, keepdim=True).expand(-1, 10), "returns torch.int64: expected logits"),
        (spoilt(float("nan")), "logits that are not finite"),
        (spoilt(float("inf")), "logits that are not finite"),
        (spoilt(-float("inf")), "logits that are not finite"),
    ],
)
def test_a_model_returns_finite_logits_alone(task, change, message):
    for ask in (predict, logits_of, accuracy):
        with pytest.raises(ValueError, match=message):
            ask(returning(change), task.easy)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_a_model_of_another_type_is_named(nets, task, dtype):
    convolutional = nets.settled().to(dtype)
    linear = nets.seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(2352, 10))).to(dtype)
    for model in (convolutional, linear):
        with pytest.raises(ValueError, match=rf"parameters are {dtype}, the images are torch.float32.*model.to\("):
            predict(model, task.easy)
    with torch.no_grad():
        assert outputs(linear, nets.batch(2).to(dtype)).shape == (2, 10)


def test_other_errors_of_a_model_are_its_own(task):
    def fail(z):
        raise RuntimeError("no memory")

    with pytest.raises(RuntimeError, match="no memory"):
        predict(returning(fail), task.easy)


@pytest.mark.parametrize(
    "make",
    [
        lambda nets: build("mlp:pixels=20", 10, seed=0),
        lambda nets: nets.seeded(lambda: nn.Sequential(nn.Conv2d(1, 10, 28), nn.Flatten())),
        lambda nets: nets.seeded(lambda: nets.Views(pixels=21)),
    ],
)
def test_images_of_another_shape_are_named(nets, task, make):
    with pytest.raises(ValueError, match=r"does not take images of shape \(3, 28, 28\)"):
        predict(make(nets), task.easy)


def test_a_model_that_does_not_fit_says_so(nets, task):
    with pytest.raises(ValueError, match=r"does not take images .*mat1 and mat2 shapes"):
        predict(nets.seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(3, 10))), task.easy)


def test_the_model_is_a_module(task):
    with pytest.raises(ValueError, match=r"expected a torch.nn.Module, got a function"):
        predict(lambda x: x, task.easy)


def test_everything_is_as_before_also_after_an_exception(nets):
    model = nn.Sequential(nets.settled(), nn.Dropout()).train()
    model[0].conv1.eval()
    model[0].head.weight.requires_grad_(False)
    before = nets.trace(model)
    with evaluating(model):
        assert not any(module.training for module in model.modules())
        assert not any(parameter.requires_grad for parameter in model.parameters())
    assert nets.trace(model) == before
    with pytest.raises(RuntimeError, match="stop"), evaluating(model):
        raise RuntimeError("stop")
    assert nets.trace(model) == before


def test_a_model_whose_train_and_eval_return_nothing(task, nets):
    class Silent(nn.Sequential):
        def train(self, mode=True):
            super().train(mode)

        def eval(self):
            super().train(False)

    def make():
        return Silent(nn.Flatten(), nn.Linear(2352, 10))

    model = nets.seeded(make)
    assert 0 <= accuracy(model, task.easy).value <= 1
    assert all(module.training for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_a_model_that_refuses_to_be_put_into_evaluation_mode_is_restored(nets):
    class Refuses(nn.Linear):
        def eval(self):
            super().eval()
            raise RuntimeError("no")

    model = nets.seeded(lambda: Refuses(3, 3))
    before = nets.trace(model)
    with pytest.raises(RuntimeError, match="no"), evaluating(model):
        pass
    assert nets.trace(model) == before


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_images_come_in_the_order_of_the_models_own_weights(nets, layout):
    seen = []

    class Watches(nets.Plain):
        def forward(self, x):
            seen.append(x)
            return super().forward(x)

    model = Watches(inplace=True).to(memory_format=layout)
    with evaluating(model), torch.no_grad():
        model(nets.batch(2).contiguous(memory_format=torch.channels_last))
    assert seen[0].is_contiguous() == (layout is torch.contiguous_format)
    assert len(model._forward_pre_hooks) == 0


def test_a_network_that_calls_view_answers_like_its_twin_that_flattens(nets, task):
    model = nets.seeded(nets.Views)
    twin = nn.Sequential(model.conv, nn.ReLU(), nn.Flatten(), model.head)
    assert torch.allclose(logits_of(model, task.easy), logits_of(twin, task.easy), atol=1e-6)
    x = task.easy.render(slice(0, 2)).contiguous(memory_format=torch.channels_last).requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(model(x).sum(), x)
    with evaluating(twin):
        assert torch.allclose(gradient, torch.autograd.grad(twin(x).sum(), x)[0], atol=1e-6)


def test_images_are_repainted_and_there_must_be_some(nets, task):
    model, data = nets.settled(), task.easy.subset(slice(0, 100))
    attribute = torch.full((100,), 3)
    painted = logits_of(model, data, attribute=attribute)
    assert torch.equal(painted, logits_of(model, data.with_attribute(attribute)))
    assert not torch.equal(painted, logits_of(model, data))
    with pytest.raises(ValueError, match="there are no images"):
        predict(model, task.easy.subset(slice(0, 0)))


class Forgotten(nn.Module):
    """Ten logits; counts how many of those that it returned are still kept when it is asked again."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            self.head = nn.Linear(3, 10)
        self.returned, self.kept = [], []

    def forward(self, x):
        self.kept.append(sum(each() is not None for each in self.returned))
        logits = self.head(x.mean((2, 3)))
        self.returned.append(weakref.ref(logits))
        return logits


@pytest.mark.parametrize(
    "ask",
    [
        logits_of,
        lambda model, split: activations(model, "head", split),
        lambda model, split: TrainingView(Erm(), split, "simple_cnn", 0, None, None).outputs(model),
    ],
    ids=["logits", "activations", "view"],
)
def test_what_a_batch_gave_is_copied_and_not_kept(task, ask):
    model = Forgotten()
    found = ask(model, task.train)
    assert len(model.kept) > 5
    assert max(model.kept) <= 1  # the last one, until the next has come
    vectors = found[0] if isinstance(found, tuple) else found
    with torch.no_grad():
        expected = torch.cat([model(task.train.render(slice(i, i + 64))) for i in range(0, len(task.train), 64)])
    assert torch.equal(vectors, expected)
    assert not vectors.is_inference()


def test_gradients_are_needed_outside_of_inference_mode():
    with torch.no_grad():
        need_gradients()
    with torch.inference_mode(), pytest.raises(ValueError, match="gradients are off"):
        need_gradients()


def test_a_numpy_array_is_no_batch_of_images(nets):
    with pytest.raises(ValueError, match=r"images: expected a tensor \(N, C, H, W\), got a ndarray"):
        outputs(nets.settled(), np.zeros((2, 3, 28, 28), np.float32))
