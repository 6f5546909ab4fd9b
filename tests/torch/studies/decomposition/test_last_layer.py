from dataclasses import replace

import pytest
import torch

from lazyartist.data.images import UnsupportedError
from lazyartist.inference import predict
from lazyartist.networks import build
from lazyartist.studies.decomposition.last_layer import last_layer, last_layer_activations


def test_the_last_hidden_layer_is_what_the_head_reads(trained, layer):
    assert layer.name == "conv3"
    assert torch.equal(layer.answers(layer.test_vectors), predict(trained.model, layer.test))


def test_autoencoders_see_as_many_unbiased_images_as_biased_ones(trained, task):
    few = last_layer_activations(trained.model, task, 50)
    assert few.seen.shape == (100, 64)
    assert torch.equal(few.seen[50:], few.fair_vectors)


def test_a_network_without_pooling_is_refused(task):
    with pytest.raises(ValueError, match="expected a network whose last maps are averaged"):
        last_layer(build("mlp", 10, 0).eval(), task.train)


def test_a_task_without_unbiased_images_is_refused_by_name(trained, task):
    with pytest.raises(UnsupportedError, match="digits lacks some: leave taking a layer apart"):
        last_layer_activations(trained.model, replace(task, unbiased=None), 50)
