from dataclasses import fields, replace

import pytest
import torch

from lazyartist.registry import UnknownNameError
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.train import train
from lazyartist.studies.classifiers import ClassifierStudy
from lazyartist.studies.decomposition import trained_saes
from lazyartist.studies.decomposition.erasure import ErasureStudy
from lazyartist.studies.decomposition.layer_probing import LayerProbingStudy
from lazyartist.studies.decomposition.metrics import KNOBS
from lazyartist.studies.decomposition.sae import SaeStudy
from lazyartist.studies.decomposition.sae_variants import SaeVariantsStudy
from lazyartist.studies.decomposition.trained_saes import train_saes
from lazyartist.training.store import Store


BUDGET = SaeBudget(steps=20, batch_size=64)
STUDIES = (SaeStudy, SaeVariantsStudy, LayerProbingStudy, ErasureStudy)


@pytest.mark.parametrize("variant", ["topk:k=4", "batch_topk:k=4", "jump_relu:k=4", "relu_l1", "matryoshka:k=4"])
def test_what_the_store_gives_back_has_the_bits_of_what_was_trained(variant, store, trained, layer):
    fresh = train(SAES.build(variant), layer.seen, features=32, seeds=(0, 5), budget=BUDGET)
    for _ in range(2):  # trained and kept; read
        kept = train_saes(store, trained, "conv3", layer.seen, variant, width=32, seeds=(0, 5), budget=BUDGET)
        assert [sae.seed for sae in kept] == [0, 5]
        for one, other in zip(fresh, kept, strict=True):
            assert torch.equal(one.encode(layer.test_vectors), other.encode(layer.test_vectors))
            assert torch.equal(one(layer.test_vectors), other(layer.test_vectors))
            assert (one.variant, one.budget, one.features) == (other.variant, other.budget, other.features)


def test_nothing_is_trained_twice_and_what_decides_the_bits_is_trained_anew(tmp_path, trained, layer, monkeypatch):
    store, trainings = Store(tmp_path), []

    def count(*args, **kwargs):
        trainings.append(kwargs)
        return train(*args, **kwargs)

    count.__module__, count.__qualname__ = train.__module__, train.__qualname__
    monkeypatch.setattr(trained_saes, "train", count)
    standard = {"vectors": layer.seen, "variant": "topk:k=4", "width": 32, "seeds": (0,), "budget": BUDGET}

    def trained_now(**changes):
        before = len(trainings)
        given = {**standard, **changes}
        train_saes(store, trained, "conv3", given.pop("vectors"), given.pop("variant"), **given)
        return len(trainings) - before

    assert trained_now() == 1
    assert trained_now() == trained_now(variant="topk:k=4:revive=0.03125") == 0
    changes = [
        {"variant": "topk:k=5"}, {"variant": "batch_topk:k=4"}, {"width": 33}, {"seeds": (1,)}, {"seeds": (0, 1)},
        {"budget": replace(BUDGET, steps=21)}, {"budget": replace(BUDGET, learning_rate=1e-3)},
        {"vectors": layer.seen + 1e-3}, {"vectors": layer.seen[:-1]},
    ]  # fmt: skip
    assert [trained_now(**change) for change in changes] == [1] * len(changes)
    (kind,) = {provenance.kind for provenance, _ in store.list()}
    assert kind == "saes"
    assert len(store.list()) == 1 + len(changes)


def test_studies_of_one_model_share_their_autoencoders(tmp_path, trained, layer):
    store = Store(tmp_path)
    knobs = {"steps": 20, "width": 16}
    for study in (SaeStudy(**knobs), ErasureStudy(**knobs)):
        study.sae_pair(store, trained, layer, study.variant)
    SaeVariantsStudy(**knobs, variants="topk:k=16").sae_pair(store, trained, layer, "topk:k=16")
    assert len(store.list()) == 1


@pytest.mark.parametrize("study", STUDIES)
def test_knobs_that_make_no_sense_are_refused_before_anything_is_trained(study):
    for knobs in ({"steps": 0}, {"images": 1}, {"vectors_per_step": 2.5}):
        with pytest.raises(ValueError, match=f"{study.__name__}: {next(iter(knobs))}="):
            study(**knobs)
    name = "variants" if study is SaeVariantsStudy else "variant"
    with pytest.raises(UnknownNameError, match="Did you mean topk"):
        study(**{name: "topq:k=4"})
    with pytest.raises(ValueError, match="has the knobs"):
        study(**{name: "topk:q=4"})


def test_every_knob_is_known_to_the_tables():
    shared = {field.name for field in fields(ClassifierStudy)}
    assert {field.name for study in STUDIES for field in fields(study)} - shared == set(KNOBS)


def test_the_code_of_a_variant_is_part_of_a_runs_digest():
    studies = [SaeStudy(datasets="digits", variant=variant) for variant in ("topk:k=16", "batch_topk:k=16")]
    (run, *_) = studies[0].runs()
    same = SaeVariantsStudy(datasets="digits", variants=["topk:k=4"]), SaeVariantsStudy(datasets="digits")
    assert studies[0].digest(run) != studies[1].digest(run)
    assert same[0].digest(run) != same[1].digest(run)
    assert studies[0].digest(run) == SaeStudy(datasets="mnist", seeds=9).digest(run)
