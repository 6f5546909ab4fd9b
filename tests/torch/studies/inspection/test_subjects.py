"""The models that are asked, and the images that they are asked about."""

import torch

from torch import nn

from lazyartist.data import DATASETS
from lazyartist.strategies.grayscale_erm import without_colour
from lazyartist.studies.classifiers import Run, has_knob
from lazyartist.studies.inspection.subjects import (
    GreyInput,
    aligned_images,
    as_trained,
    conflicting_images,
    has_foreground,
    layers_with_maps,
)
from lazyartist.training.budget import Budget


def run(strategy):
    return Run("digits", "simple_cnn", strategy, 0, Budget())


def test_the_control_alone_is_asked_about_grey_images_and_is_left_as_it_was(nets):
    network, x = nets.settled(), nets.batch(3)
    before = nets.trace(network)
    control = as_trained(run("grayscale_erm"), network)
    assert torch.equal(control(x), network(without_colour(x)))
    assert not torch.equal(network(x), network(without_colour(x)))  # no hook stays on the stored model
    assert nets.trace(network) == before
    for strategy in ("lazy", "erm", "lazy:check_every=10"):
        assert as_trained(run(strategy), network) is network


def test_the_controls_layers_have_the_networks_own_names(nets):
    network, x = nets.settled(), nets.batch(2)
    assert layers_with_maps(GreyInput(network), x) == layers_with_maps(network, x)
    assert list(layers_with_maps(network, x)) == ["conv1", "conv2", "conv3"]
    assert layers_with_maps(GreyInput(network), x)["conv2"] is network.conv2
    flat = nets.seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(2352, 10)))
    assert layers_with_maps(flat, x) == {}


def test_the_same_images_are_shown_in_both_paints_where_that_can_be(task, photos):
    aligned, conflicting = aligned_images(task), conflicting_images(task)
    assert task.aligned(aligned).all()
    assert not task.aligned(conflicting).any()
    assert torch.equal(aligned.foreground(), conflicting.foreground())
    assert has_foreground(aligned)
    aligned, conflicting = aligned_images(photos), conflicting_images(photos)
    assert photos.aligned(aligned).all()
    assert not photos.aligned(conflicting).any()
    assert len(aligned) + len(conflicting) == len(photos.test)
    assert not has_foreground(aligned)


def test_only_a_dataset_with_that_knob_is_made_fully_biased(monkeypatch):
    def fixed(*, seed):
        raise AssertionError("nothing is made to find out")

    def chosen(*, seed, correlation=0.9):
        raise AssertionError("nothing is made to find out")

    for name, make in (("fixed", fixed), ("chosen", chosen)):
        monkeypatch.setitem(DATASETS._things, name, make)
    assert has_knob("digits", "correlation")
    assert has_knob("digits:where=background", "correlation")
    assert has_knob("chosen", "correlation")
    assert not has_knob("digits:correlation=1.0", "correlation")
    assert not has_knob("fixed", "correlation")


def test_layers_are_the_outermost_that_put_out_maps_and_looking_for_them_changes_nothing(nets):
    network, x = nets.settled(), nets.batch(2)
    before = nets.trace(network)
    assert list(layers_with_maps(network, x)) == ["conv1", "conv2", "conv3"]
    inside = nn.Sequential(nn.Identity(), network)
    assert list(layers_with_maps(inside, x)) == ["1.conv1", "1.conv2", "1.conv3"]
    assert layers_with_maps(nets.Linear(), x) == {}
    assert nets.trace(network) == before
