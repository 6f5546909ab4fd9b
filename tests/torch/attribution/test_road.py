import numpy as np
import pytest
import torch

from lazyartist.attribution.road import fill, remove_and_debias


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def test_road_finds_what_counts(nets):
    model, x = nets.Linear(2), noise(4, 3, 28, 28)
    with torch.no_grad():
        model.weight.zero_()
        model.weight[1] = (x[0] - 0.5) / 60
    good = remove_and_debias(model, x[:1], model.weight[1].sum(0, keepdim=True).detach().abs(), 1)
    bad = remove_and_debias(model, x[:1], -model.weight[1].sum(0, keepdim=True).detach().abs(), 1)
    assert float(good.score) > 0.02
    torch.testing.assert_close(good.score, -bad.score)


def test_holes_are_filled_by_the_solution_of_their_linear_system():
    x, missing = noise(2, 3, 6, 5).double(), noise(2, 1, 6, 5, seed=1) < 0.7
    found = fill(x, missing, tolerance=1e-10)
    offsets = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    for n, c, i, j in np.ndindex(2, 3, 6, 5):
        if not missing[n, 0, i, j]:
            assert found[n, c, i, j] == x[n, c, i, j]
            continue
        beside = [(i + a, j + b, 1 / 12 if a and b else 1 / 6) for a, b in offsets]
        beside = [(a, b, weight) for a, b, weight in beside if 0 <= a < 6 and 0 <= b < 5]
        mean = sum(weight * found[n, c, a, b] for a, b, weight in beside) / sum(weight for *_, weight in beside)
        assert float(found[n, c, i, j]) == pytest.approx(float(mean), abs=1e-8)
    assert torch.equal(fill(x, torch.zeros_like(missing)), x)
    with pytest.raises(ValueError, match="at least one to fill from"):
        fill(x, torch.ones_like(missing))


def test_a_hole_that_is_filled_early_waits_for_the_others():
    x = torch.zeros(2, 3, 28, 28)
    x[0, :, 0, 0] = 1e-3  # solved in a few steps, while the noise beside it takes dozens
    x[1] = noise(1, 3, 28, 28)[0]
    missing = torch.ones(2, 1, 28, 28, dtype=torch.bool)
    missing[0, :, :2] = missing[1, :, ::9, ::9] = False
    assert fill(x, missing).isfinite().all()
