import pytest
import torch

from lazyartist.sae.sparse_probe import linear_probe, sparse_probe


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_sparse_probe_finds_what_was_planted():
    groups = torch.arange(600) % 3
    z = drawn(600, 20).abs()
    z[:, 7] += 4 * (groups == 1)
    z[:, 3] += 4 * ((groups == 2) & (torch.arange(600) % 2 == 0))
    z[:, 4] += 4 * ((groups == 2) & (torch.arange(600) % 2 == 1))
    train, test = (z[:400], groups[:400]), (z[400:], groups[400:])
    one, two = (sparse_probe(train, test, k) for k in (1, 2))
    assert one[1] > 0.99
    assert one[2] < 0.9 < 0.97 < two[2]
    assert 0.35 < sparse_probe((drawn(400, 20), groups[:400]), (drawn(200, 20, seed=2), groups[400:]), 1)[0] < 0.65
    assert linear_probe(train, test)[1] > 0.99
    with pytest.raises(ValueError, match="k=0: expected a whole number from 1 on"):
        sparse_probe(train, test, 0)
    with pytest.raises(ValueError, match="group 0 has 0 of"):
        sparse_probe((z[groups > 0], groups[groups > 0]), test, 1)


@pytest.mark.parametrize(
    ("k", "message"), [(21, "k=21: there are only 20 features"), (2.5, "k=2.5"), (-1, "k=-1"), ("2", "k='2'")]
)
def test_k_is_a_number_of_features_that_there_are(k, message):
    z, groups = drawn(60, 20), torch.arange(60) % 3
    with pytest.raises(ValueError, match=message):
        sparse_probe((z, groups), (z, groups), k)


def test_probes_refuse_what_they_cannot_judge():
    z, groups = drawn(60, 20), torch.arange(60) % 3
    for probe in (linear_probe, lambda train, test: sparse_probe(train, test, 20)):
        assert probe((z, groups), (z, groups)).shape == (3,)
        with pytest.raises(ValueError, match=r"test: expected .* NaN or infinity in 60 of 60"):
            probe((z, groups), (z * float("nan"), groups))
        with pytest.raises(ValueError, match="train: expected one group per row, got 60 rows"):
            probe((z, groups[:-1]), (z, groups))
    with pytest.raises(ValueError, match="groups of `train`: all are the same"):
        linear_probe((z, groups * 0), (z, groups))


def test_two_groups_are_told_apart_by_one_regression():
    z, groups = drawn(200, 3), torch.arange(200) % 2
    z[:, 1] += 5 * groups
    assert linear_probe((z, groups), (z, groups)).tolist() == pytest.approx([1, 1], abs=1e-3)
