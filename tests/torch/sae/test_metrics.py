import pytest
import torch

from lazyartist.sae.metrics import dead_share, density, explained_variance, l0, loss_recovered


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_explained_variance_on_known_answers():
    x = drawn(500, 6).relu() + 3
    assert explained_variance(x, x) == 1
    assert explained_variance(x, x.mean(0).expand_as(x)) == pytest.approx(0, abs=1e-6)
    assert explained_variance(x, x + 1) < 0  # a constant error is an error: one library calls this a perfect score
    centre = x.double().mean(0)
    assert explained_variance(x.double(), centre + (x - centre) / 2) == pytest.approx(0.75)
    with pytest.raises(ValueError, match="no variance to explain"):
        explained_variance(torch.ones(5, 2), torch.ones(5, 2))
    with pytest.raises(ValueError, match="same shape"):
        explained_variance(x, x[:, :2])


def test_l0_density_and_dead_share_count():
    z = torch.tensor([[1.0, 0, 0, 2], [3.0, 0, 0, 0], [0.0, 0, 0, 1], [1.0, 0, 0, 1]])
    assert l0(z) == 1.5
    assert density(z).tolist() == [0.75, 0, 0, 0.75]
    assert dead_share(z) == 0.5


def test_loss_recovered_is_one_for_the_identity_and_zero_for_the_mean(lazy, hidden, task, pair):
    mean = hidden.mean(0)

    def recovered(reconstruct):
        return loss_recovered(lazy, "conv3", "pooled", task.easy, reconstruct, mean)

    assert recovered(lambda x: x) == 1
    assert recovered(lambda x: mean.expand_as(x)) == 0
    assert 0.9 < recovered(pair[0]) < 1.05
    with pytest.raises(ValueError, match="there are no images"):
        loss_recovered(lazy, "conv3", "pooled", task.easy.subset(slice(0, 0)), pair[0], mean)
    with pytest.raises(ValueError, match="does not help the model"):
        loss_recovered(lazy, "conv3", "pooled", task.hard["rotated"], pair[0], mean)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_has_no_score(wrong):
    x = drawn(50, 4)
    bad = x.clone()
    bad[3, 2] = wrong
    for arguments, name in (((bad, x), "x"), ((x, bad), "x_hat")):
        with pytest.raises(ValueError, match=f"{name}: expected .* NaN or infinity in 1 of 50 rows"):
            explained_variance(*arguments)
    for score in (l0, density, dead_share):
        with pytest.raises(ValueError, match=r"codes: expected .* NaN or infinity in 1 of 50 rows"):
            score(bad)


def test_nothing_has_no_score():
    for score in (l0, density, dead_share):
        with pytest.raises(ValueError, match="codes: there are none"):
            score(torch.zeros(0, 4))
    with pytest.raises(ValueError, match="codes: expected a torch tensor, got ndarray"):
        l0(torch.zeros(3, 4).cpu().numpy())
