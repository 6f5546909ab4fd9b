import pytest
import torch

from lazyartist.sae.batch_topk import BatchTopK
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.metrics import l0
from lazyartist.sae.train import train


QUICK = SaeBudget(steps=200, batch_size=64, learning_rate=4e-3)


def test_the_threshold_of_batch_topk_gives_k_on_average(truth):
    _, x = truth
    (autoencoder,) = train(BatchTopK(k=3), x, features=32, budget=QUICK)
    z = autoencoder.encode(x)
    assert l0(z) == pytest.approx(3, abs=0.01)
    assert int((z > 0).sum(1).max()) > 3
    assert torch.equal(autoencoder.encode(x[7:8]) > 0, z[7:8] > 0)
