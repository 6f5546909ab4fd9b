import pytest
import torch

from lazyartist.sae import SAES
from lazyartist.sae.batch_topk import BatchTopK
from lazyartist.sae.jump_relu import JumpReLU
from lazyartist.sae.matryoshka import Matryoshka
from lazyartist.sae.relu_l1 import ReluL1
from lazyartist.sae.topk import TopK


NAN = float("nan")


@pytest.mark.parametrize(
    ("variant", "knobs", "message"),
    [
        (TopK, {"k": 0}, "TopK: k=0: expected a whole number from 1 on"),
        (TopK, {"k": 2.5}, "k=2.5: expected a whole number"),
        (TopK, {"k": NAN}, "k=nan"),
        (TopK, {"k": "4"}, "k='4'"),
        (TopK, {"revive": -1}, "revive=-1"),
        (TopK, {"reviving": 0}, "reviving=0"),
        (BatchTopK, {"k": -3}, "BatchTopK: k=-3"),
        (Matryoshka, {"revive": NAN}, "Matryoshka: revive=nan"),
        (JumpReLU, {"k": 1.5}, "JumpReLU: k=1.5"),
        (JumpReLU, {"strength": -0.1}, "strength=-0.1"),
        (JumpReLU, {"window": 0}, "window=0: expected a finite number above 0"),
        (ReluL1, {"strength": float("inf")}, "ReluL1: strength=inf"),
        (ReluL1, {"strength": -1}, "strength=-1"),
    ],
)
def test_knobs_have_ranges(variant, knobs, message):
    with pytest.raises(ValueError, match=message):
        variant(**knobs)


@pytest.mark.parametrize("name", list(SAES))
def test_a_variants_repr_is_its_configuration(name):
    variant = SAES[name]()
    assert eval(repr(variant), {type(variant).__name__: type(variant)}) == variant


def test_an_unknown_variant_is_a_sparse_autoencoder_that_there_is_not():
    with pytest.raises(KeyError, match=r"there is no sparse autoencoder called 'top_k'. Did you mean topk"):
        SAES["top_k"]


def test_vectors_of_another_layer_or_kind_are_refused(pair):
    assert repr(pair[0]).startswith("SparseAutoencoder(TopK(k=8")
    with pytest.raises(ValueError, match=r"expected \(N, 64\)"):
        pair[0].encode(torch.zeros(3, 5))
    with pytest.raises(ValueError, match=r"expected \(N, D\) finite floats, got \(64,\)"):
        pair[0].encode(torch.zeros(64))
    with pytest.raises(ValueError, match="NaN or infinity in 1 of 3 rows"):
        pair[0].encode(torch.tensor([[0.0], [NAN], [1.0]]).expand(3, 64))
    with pytest.raises(ValueError, match="expected a torch tensor, got ndarray"):
        pair[0].encode(torch.zeros(3, 64).cpu().numpy())


def test_double_vectors_are_encoded_as_their_float_ones(pair, hidden):
    assert torch.equal(pair[0].encode(hidden[:9].double()), pair[0].encode(hidden[:9]))
