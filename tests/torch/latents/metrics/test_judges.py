"""Our metrics against those of disent and scikit-image."""

import warnings

import numpy as np
import pytest
import torch

from lazyartist.data.grid import Grid
from lazyartist.latents.metrics.dci import Dci, dci
from lazyartist.latents.metrics.factor_vae_score import factor_vae_votes
from lazyartist.latents.metrics.information import mutual_information
from lazyartist.latents.metrics.mig import mig
from lazyartist.latents.metrics.sap import separability
from lazyartist.latents.metrics.ssim import ssim


SIZES = (10, 6, 4)


@pytest.fixture(scope="module")
def disent(judge):
    with warnings.catch_warnings():  # it would like numba, and says so
        warnings.simplefilter("ignore")
        judge("disent.metrics")
    return lambda name: judge(f"disent.metrics.{name}")


@pytest.fixture(params=["clean", "turned", "noise", "float32"])
def coded(request, made):
    factors = made.drawn(3000, *SIZES)
    scaled = factors / torch.tensor(SIZES).double()
    turn = torch.linalg.qr(made.noise(3, 3).double())[0]
    codes = {
        "clean": scaled + 0.02 * made.noise(3000, 3),
        "turned": scaled @ turn,
        "noise": made.noise(3000, 5).double(),
        "float32": (scaled + 0.1 * made.noise(3000, 3)).float(),
    }[request.param]
    return codes, factors


def test_mutual_information_and_mig_are_disents(coded, disent):
    codes, factors = coded
    z, v = codes.double().cpu().numpy().T, factors.cpu().numpy().T  # in single precision its bins round otherwise
    utils = disent("utils")
    theirs = utils.discrete_mutual_info(utils.histogram_discretize(z, 20), v)
    found = mutual_information(codes, factors)
    np.testing.assert_allclose(found.matrix.cpu().numpy(), theirs, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.entropies.cpu().numpy(), utils.discrete_entropy(v), rtol=0, atol=1e-12)
    assert mig(codes, factors) == pytest.approx(disent("_mig")._compute_mig(z, v)["mig.discrete_score"], abs=1e-12)


def test_sap_is_disents(coded, disent):
    codes, factors = coded
    parts = [(codes[part].double(), factors[part]) for part in (slice(0, 2000), slice(2000, 3000))]
    theirs = disent("_sap")._compute_score_matrix(*(x.cpu().numpy().T for part in parts for x in part), False)
    found = separability(*parts)
    np.testing.assert_allclose(found.accuracy.cpu().numpy(), theirs, rtol=0, atol=0.002)
    assert found.sap == pytest.approx(disent("_sap")._compute_avg_diff_top_two(theirs), abs=0.002)


def test_dci_is_disents(made, disent):
    factors = made.drawn(500, 3, 2)
    codes = factors.double() @ torch.tensor([[1.0, 0.3, 0], [0, 1, 0.2]]).double() + 0.2 * made.noise(500, 3)
    parts = [(codes[part], factors[part]) for part in (slice(0, 300), slice(300, 500))]
    theirs = disent("_dci")._compute_dci(*(x.cpu().numpy().T for part in parts for x in part))
    found = dci(*parts)
    # the trees break ties at random
    assert found.disentanglement == pytest.approx(theirs["dci.disentanglement"], abs=0.01)
    assert found.completeness == pytest.approx(theirs["dci.completeness"], abs=0.01)
    assert found.informativeness == pytest.approx(theirs["dci.informativeness_test"], abs=0.01)


def test_disentanglement_and_completeness_are_disents(disent):
    importance = torch.rand(7, 4, generator=torch.Generator().manual_seed(0)).double() ** 4
    importance[2] = 0
    importance /= importance.sum(0)
    found, module = Dci(importance, torch.ones(4)), disent("_dci")
    assert found.disentanglement == pytest.approx(module._disentanglement(importance.cpu().numpy()), abs=1e-12)
    assert found.completeness == pytest.approx(module._completeness(importance.cpu().numpy()), abs=1e-12)


def test_the_score_of_factor_vae_is_disents(made, disent, judge):
    """But for what they draw, on a code between perfect and worthless. Theirs lets every latent vote."""
    factors = made.every(*SIZES)
    mixed = factors / torch.tensor(SIZES) @ torch.tensor([[1, 0.9, 0.3], [0.3, 1, 0.9], [0.9, 0.3, 1]])
    table = mixed + 0.1 * made.noise(len(factors), 3)
    data = judge("disent.dataset.data").ArrayGroundTruthData(
        np.arange(len(factors), dtype=np.float32).reshape(-1, 1, 1, 1), ("a", "b", "c"), SIZES, (1, 1, 1)
    )
    dataset = judge("disent.dataset").DisentDataset(data)
    np.random.seed(0)
    theirs = disent("_factor_vae").metric_factor_vae(
        dataset,
        lambda x: table[torch.as_tensor(x).flatten().long()],
        num_train=1000,
        num_eval=1000,
        num_variance_estimate=len(table),
    )
    grid = Grid(dict(zip("abc", SIZES, strict=True)))
    score = factor_vae_votes(lambda index: table[index], grid, learnt=1000, judged=4000).score
    assert 0.4 < score < 0.95
    assert score == pytest.approx(theirs["factor_vae.eval_accuracy"], abs=0.06)


@pytest.mark.parametrize("shape", [(4, 3, 32, 32), (2, 1, 11, 25)])
def test_ssim_is_scikit_images(shape, judge):
    structural_similarity = judge("skimage.metrics").structural_similarity
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(shape, generator=generator).double()
    x[0] = 0.5  # flat
    y = (x + 0.2 * torch.randn(shape, generator=generator)).clamp(0, 1)
    y[1:2, :, :, 5:] = x[1:2, :, :, 5:]
    for ours, a, b in zip(ssim(x, y), x.cpu().numpy(), y.cpu().numpy(), strict=True):
        theirs = structural_similarity(
            a, b, data_range=1, channel_axis=0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        assert float(ours) == pytest.approx(theirs, abs=1e-12)
