import pytest
import torch

from safetensors.torch import load, save

from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.io import from_tensors, to_tensors
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train


BRIEF = SaeBudget(steps=12, batch_size=64)


@pytest.fixture
def tensors(by_hand):
    return to_tensors(by_hand())


@pytest.mark.parametrize("name", list(SAES))
def test_what_comes_back_is_what_was_taken_apart_bit_for_bit(name, truth):
    x = truth[1][:512]
    for autoencoder in train(SAES[name](), x, features=(16, 24), seeds=(0, 1), budget=BRIEF):
        tensors = load(save(to_tensors(autoencoder)))
        again = from_tensors(SAES[name](), tensors, autoencoder.seed, autoencoder.budget)
        assert repr(again) == repr(autoencoder)
        assert (again.seed, again.budget, again.features) == (autoencoder.seed, BRIEF, autoencoder.features)
        assert torch.equal(again.encode(x), autoencoder.encode(x))
        assert torch.equal(again(x), autoencoder(x))
        assert all(torch.equal(tensors[key], value.cpu()) for key, value in to_tensors(again).items())


def test_the_tensors_are_plain(pair):
    tensors = to_tensors(pair[0])
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    assert shapes == {
        "encoder": (64, 64),
        "bias": (1, 64),
        "decoder": (64, 64),
        "centre": (1, 64),
        "threshold": (1, 64),
    }
    assert all(tensor.is_contiguous() and not tensor.requires_grad for tensor in tensors.values())
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}


@pytest.mark.parametrize("name", ["encoder", "bias", "decoder", "centre", "threshold"])
def test_a_tensor_of_a_wrong_shape_or_kind_is_named(name, tensors):
    for wrong, message in (
        (tensors[name][:, :-1], f"(?:encoder|{name}): expected "),
        (tensors[name].long(), f"{name}: expected finite floats, got torch.int64"),
        (tensors[name] * float("nan"), f"{name}: expected finite floats, got torch.float32 or NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            from_tensors(TopK(k=3), {**tensors, name: wrong}, 0, BRIEF)
    with pytest.raises(ValueError, match=f"missing are {name}, unknown are $"):
        from_tensors(TopK(k=3), {key: value for key, value in tensors.items() if key != name}, 0, BRIEF)


def test_what_fits_no_autoencoder_is_refused(tensors):
    with pytest.raises(ValueError, match="missing are , unknown are extra"):
        from_tensors(TopK(k=3), {**tensors, "extra": torch.zeros(1)}, 0, BRIEF)
    with pytest.raises(ValueError, match="k=4: there are only 3 features"):
        from_tensors(TopK(k=4), tensors, 0, BRIEF)
    with pytest.raises(ValueError, match=r"decoder: expected \(F, D\), one row per feature, got \(4,\)"):
        from_tensors(TopK(k=3), {**tensors, "decoder": torch.zeros(4)}, 0, BRIEF)
