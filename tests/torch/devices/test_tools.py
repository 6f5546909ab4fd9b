"""What asks models on a device: maps, probes, attacks, bounds, autoencoders, latents."""

from dataclasses import fields

import pytest
import torch

from lazyartist.activations import activations
from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attribution import MAPS
from lazyartist.certify.crown import Certified
from lazyartist.data.moved import moved
from lazyartist.device import here
from lazyartist.inference import logits_of
from lazyartist.latents import LATENTS
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.io import to_tensors as latent_tensors
from lazyartist.latents.learn import learn
from lazyartist.latents.pictures import Pictures
from lazyartist.networks import build
from lazyartist.probes.conflict_detection import mahalanobis
from lazyartist.probes.cue_conflict import recolour
from lazyartist.probes.groups import group_accuracy
from lazyartist.probes.polysemanticity import measure_polysemanticity
from lazyartist.probes.unit_selectivity import unit_selectivity
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.erasure import leace
from lazyartist.sae.io import from_tensors
from lazyartist.sae.io import to_tensors as sae_tensors
from lazyartist.sae.train import train

from .compared import FINITE, compared, elsewhere


@pytest.mark.parametrize("name", sorted(MAPS))
def test_every_map_is_made_there(name, digits, knows):
    knobs = {"layer": "conv3"} if "layer" in {each.name for each in fields(MAPS[name])} else {}

    def made():
        split = moved(digits).test
        return MAPS[name](**knobs)(elsewhere(knows), split.render(slice(0, 3)), split.labels[:3])

    assert not compared(made).down


def test_probes_ask_there(digits, knows):
    def asked():
        task, model = moved(digits), elsewhere(knows)
        split = task.test.subset(slice(0, 120))
        logits, found = logits_of(model, split), activations(model, "conv3", split)
        return (
            group_accuracy(model, split),
            recolour(model, split, per_class=3, own=task.own_attribute),
            found,
            unit_selectivity(found, split.labels, split.attribute),
            measure_polysemanticity(found, split.labels, split.attribute),
            mahalanobis(logits, found, split.labels),
        )

    compared(asked)


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_every_attack_runs_there(name, digits, knows):
    def attacked():
        labels = moved(digits).easy.labels[:3]
        criterion = TargetedConfidence((labels + 1) % 10, labels=labels)
        attack = ATTACKS[name]
        few = {"steps": 3, "queries": 5, "rounds": 2, "restarts": 1}
        short = {each.name: few[each.name] for each in fields(attack) if each.name in few}
        images = moved(digits).easy.render(slice(0, 3))
        return attack(**short)(
            elsewhere(knows), images, criterion, **({} if name in ("bisection", "fmn") else {"epsilon": 0.2})
        )

    assert not compared(attacked).down


@pytest.mark.parametrize("between", ["intervals", "lines"])
def test_bounds_are_proven_there(between, digits):
    def proven():
        labels = moved(digits).easy.labels[:2]
        criterion = TargetedConfidence((labels + 1) % 10, labels=labels)
        images = moved(digits).easy.render(slice(0, 2))[:, :, ::4, ::4]
        return Certified(between=between, rounds=1)(build("simple_cnn:width=1", 10, 0).eval(), images, criterion)

    assert not compared(proven).down


@pytest.mark.parametrize("name", sorted(SAES))
def test_every_sparse_autoencoder_is_trained_there(name):
    def trained():
        vectors = torch.randn(300, 6, generator=torch.Generator().manual_seed(0))
        budget = SaeBudget(steps=4, batch_size=32)
        found = train(SAES.build(name), vectors, features=20, seeds=(0, 1), budget=budget)
        return [sae_tensors(one) for one in found], found[0](vectors[:9])

    moves = compared(trained)
    assert moves.looks[FINITE] == 4
    assert not [line for line in moves.down if "multinomial" not in line]  # first directions, drawn by distance


def test_an_autoencoder_comes_back_where_it_is_asked_for():
    vectors = torch.randn(300, 6, generator=torch.Generator().manual_seed(0))
    budget = SaeBudget(steps=4, batch_size=32)
    (found,) = train(SAES.build("topk"), vectors, features=20, seeds=(0,), budget=budget)
    kept = sae_tensors(found)
    compared(lambda: from_tensors(SAES.build("topk"), kept, 0, budget)(here(vectors)))


def test_a_concept_is_erased_there():
    def erased():
        vectors = torch.randn(80, 5, generator=torch.Generator().manual_seed(0))
        return leace(vectors, torch.arange(80) % 3)(vectors)

    compared(erased)


@pytest.mark.parametrize("name", sorted(LATENTS))
def test_latents_are_learnt_there_in_every_way(name, digits):
    def learnt():
        pictures = Pictures(moved(digits).train)
        model = learn(LATENTS.build(name), pictures, latents=3, budget=LatentBudget(steps=3, batch_size=32))
        return latent_tensors(model)

    moves = compared(learnt)
    assert moves.looks[FINITE] == 3
