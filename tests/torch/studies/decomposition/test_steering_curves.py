import re

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lazyartist.inference import predict
from lazyartist.sae.labelling import best, label_features
from lazyartist.sae.steering import ablate, add, steering
from lazyartist.statistics import auroc
from lazyartist.studies.decomposition.metrics import CONTROLS, DIRECTIONS, UP
from lazyartist.studies.decomposition.steering_curves import steering_curves, steering_directions, telling_features


def test_a_steered_vector_is_answered_as_the_steered_model_answers(trained, layer, pair):
    few = layer.test.subset(slice(0, 40))
    feature = int(pair[0].encode(layer.test_vectors).sum(0).argmax())
    changed = layer.test_vectors[:40] + 3 * pair[0].directions[feature]
    with steering(trained.model, "conv3", "pooled", pair[0], add([feature], 3.0)):
        assert torch.equal(predict(trained.model, few), layer.answers(changed))


def test_curves_begin_where_nothing_is_steered_and_end_where_only_the_direction_counts(layer, pair):
    curves = steering_curves(layer, pair[0])
    assert tuple(curves) == DIRECTIONS
    for curve in curves.values():
        assert curve.up.shape == (len(UP), 10)
        assert torch.equal(curve.up[0], curves[DIRECTIONS[0]].up[0])
        assert not curve.cost[0].any()
    assert float(curves["features"].up[-1].mean()) > 0.9
    assert all(float(curves[kind].up[-1].mean()) < 0.2 for kind in CONTROLS)


def test_directions_are_of_one_length_and_controls_are_not_the_colours_own(layer, pair):
    kinds = steering_directions(layer, pair[0], 1)
    for directions in kinds.values():
        assert torch.allclose(directions.norm(dim=1), torch.ones(len(directions)), atol=1e-5)
    unit = kinds["best feature"]
    assert not any(torch.equal(direction, unit[0]) for direction in kinds["random features"])


@pytest.mark.parametrize("label", range(10))
def test_the_best_feature_is_the_one_that_the_cards_name(layer, pair, label):
    codes = pair[0].encode(layer.fair_vectors)
    holds = layer.fair.attribute == label
    scores, living = telling_features(codes, holds)
    cards = label_features(codes, layer.fair)
    card = best(cards, layer.fair.images.palette.words[label])
    assert max(living, key=scores.__getitem__) == card.index
    assert scores[card.index] == float(auroc(codes, holds[None]).max()) == card.auroc[card.means[0]]
    assert living == [each.index for each in cards if each.density > 0]
    assert torch.equal(steering_directions(layer, pair[0], label)["best feature"], pair[0].directions[[card.index]])


def test_a_class_is_steered_by_its_own_attribute_value(layer, pair):
    shifted = replace(layer, own_attribute=(layer.own_attribute + 1) % 10)
    there, here = steering_directions(shifted, pair[0], 3), steering_directions(layer, pair[0], 4)
    for kind in DIRECTIONS[:4]:
        assert torch.equal(there[kind], here[kind])


def test_the_documents_example_takes_a_colour_out_of_the_model(trained, task):
    text = (Path(__file__).parents[4] / "docs" / "findings.md").read_text("utf-8")
    (example,) = (code for code in re.findall(r"```python\n(.*?)```", text, flags=re.S) if "steering(" in code)
    names = {"model": trained.model, "task": task}
    exec(example, names)
    other = task.hard["other"]
    images = other.subset(other.attribute == 0)
    with steering(trained.model, "conv3", "pooled", names["autoencoder"], ablate(names["red"])):
        without = (predict(trained.model, images) == 0).float().mean()
    assert without < 0.5 < (predict(trained.model, images) == 0).float().mean()
