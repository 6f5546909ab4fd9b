import math

import pytest
import torch

from lazyartist.latents.metrics.active import active_latents
from lazyartist.latents.posterior import Posterior


def test_what_is_near_the_prior_is_not_used(made):
    angle = torch.rand(200, 2, generator=torch.Generator().manual_seed(0)) * 2 * math.pi - math.pi
    mean = torch.cat([angle, made.noise(200, 1), 0.1 * made.noise(200, 1)], 1)
    precision = torch.tensor([30.0, 0.3, 10.0, 1.0]).expand(200, 4)
    # the second angle runs once round and holds .02 nats; the last mean has a variance of .01 and holds .005
    assert active_latents(Posterior(mean, precision, circles=2)).tolist() == [True, False, True, False]


def test_the_threshold_is_a_twentieth_of_a_nat():
    def held(nats):  # half a square of the mean
        return bool(active_latents(Posterior(torch.full((5, 1), math.sqrt(2 * nats)), torch.ones(5, 1))))

    assert held(0.051)
    assert not held(0.049)


def test_what_holds_nothing_to_measure_is_refused():
    with pytest.raises(ValueError, match="expected one of some images"):
        active_latents(Posterior(torch.zeros(0, 3), torch.ones(0, 3)))
    with pytest.raises(ValueError, match=r"expected one of some images, \(N, Z\), got \(3,\)"):
        active_latents(Posterior(torch.zeros(3), torch.ones(3)))
    with pytest.raises(ValueError, match="its training diverged"):
        active_latents(Posterior(torch.full((2, 3), torch.nan), torch.ones(2, 3)))
