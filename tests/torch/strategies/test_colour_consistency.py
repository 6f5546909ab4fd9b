"""Consistency under other paint."""

import torch

from lazyartist.networks import build
from lazyartist.strategies.augmentations import repaint
from lazyartist.strategies.colour_consistency import ColourConsistency
from lazyartist.strategies.erm import Erm


def test_consistency_is_cross_entropy_plus_symmetric_divergence(task, batch_of):
    model = build("simple_cnn", 10, seed=0).eval()
    batch = batch_of(task)
    with torch.no_grad():
        p = model(batch.x).softmax(1)
        q = model(repaint(batch.x, torch.Generator().manual_seed(0))).softmax(1)
        symmetric = 0.5 * ((p * (p / q).log()).sum(1) + (q * (q / p).log()).sum(1)).mean()
        expected = Erm().loss(model, batch) + 2 * symmetric
        assert torch.allclose(ColourConsistency().loss(model, batch), expected, atol=1e-5)
