import pytest
import torch

from lazyartist.latents.base import Step


@pytest.fixture
def make_step():
    """(posterior, progress) to a step of a dataset of 1,000 images of five numbers, all of them 0 here."""

    def make(posterior, progress):
        x = torch.zeros(len(posterior), 5)
        spread = torch.tensor([5.0, 4.0, 3.0, 2.0, 1.0])
        generator = torch.Generator().manual_seed(1)
        return Step(
            x, posterior, lambda z: torch.zeros(len(z), 5), spread, 1000, round(progress * 1000), 1000, generator
        )

    return make
