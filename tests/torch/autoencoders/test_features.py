import json

import pytest
import torch

from lazyartist.activations import activations
from lazyartist.sae.labelling import about, best, describe
from lazyartist.sae.matching import found_again
from lazyartist.sae.saving import StaleError, load, save
from lazyartist.training.fit import build


@pytest.fixture
def planted(fair):
    """Codes that are known by construction, for images whose colours say nothing."""
    n = torch.arange(len(fair))
    noise = torch.rand(len(fair), generator=torch.Generator().manual_seed(0)) / 10
    c, y = fair.colours, fair.labels
    return torch.stack(
        [
            (c == 1) * (1 + noise),  # green
            ((c == 1) & (n % 4 > 0)) * (1 + noise) + (c == 1) * 0.2,  # green too
            ((c == 0) | (c == 8)) * (1 + noise),  # red and violet
            (y == 3) * (1 + noise),
            noise,
            torch.zeros(len(fair)),
        ],
        dim=1,
    )


def test_features_are_called_what_they_are(planted, fair):
    found = describe(planted, fair)
    assert sorted(card.name for card in found[:2]) == ["green", "green 1"]
    assert found[2].name in ("red + violet", "violet + red")
    assert [card.name for card in found[3:]] == ["shape 3", "unclear", "dead"]
    assert [card.polysemantic for card in found] == [False, False, True, False, False, False]
    assert [card.kind for card in found] == ["colour", "colour", "colour", "class", "", ""]
    assert [card.index for card in found] == list(range(6))
    assert found[0].confidence == found[3].confidence == 1
    assert found[4].confidence < 0.7
    assert found[5].confidence == 0.5
    assert found[0].eta_colour > 0.95
    assert found[0].eta_class < 0.1
    assert found[3].eta_class > 0.95
    assert all(int(fair.colours[i]) == 1 for i in found[0].top)
    assert found[0].auroc["green"] == 1
    assert found[5].top == []


def test_names_follow_the_features_wherever_they_stand(planted, fair):
    order = [4, 2, 0, 5, 3, 1]
    names = [card.name for card in describe(planted, fair)]
    assert [card.name for card in describe(planted[:, order], fair)] == [names[i] for i in order]


def test_features_are_asked_for_by_meaning(planted, fair):
    found = describe(planted, fair)
    assert [card.name for card in about(found, "green")] == ["green", "green 1"]
    assert best(found, "red").index == 2
    with pytest.raises(ValueError, match="no feature means 'blue'; there are features for green, red, shape 3, violet"):
        about(found, "blue")


def test_an_image_counts_with_its_largest_code(planted, fair):
    four = torch.stack([planted / 2, planted, planted * 0, planted / 3], dim=1).flatten(0, 1)
    assert describe(four, fair) == describe(planted, fair)


def test_no_names_from_images_whose_colours_give_the_class_away(planted, task):
    with pytest.raises(ValueError, match=r"colour tells the class of 9\d% of these images"):
        describe(planted, task.train)
    with pytest.raises(ValueError, match="just these images"):
        describe(planted[:-1], task.unbiased)


def test_the_lazy_model_has_colour_features_that_another_seed_has_too(pair, cards):
    first, second = cards
    named = {card.means[0] for card in first if card.kind == "colour" and len(card.means) == 1}
    assert len(named) >= 6
    again = found_again(first, second, (pair[0].directions, pair[1].directions))
    assert all(name.split(" ")[0] in named for name in again)
    same = [name.split(" ")[0] in found for name, found in again.items()]
    assert sum(same) >= 0.6 * len(same)
    itself = found_again(first, first, (pair[0].directions, pair[0].directions))
    assert all(name == found for name, found in itself.items())


def test_what_is_loaded_is_what_was_saved(tmp_path, pair, cards, hidden):
    save(tmp_path, pair[0], cards[0], hidden)
    found = load(tmp_path, hidden)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cfg.json", "features.json", "sae_weights.safetensors"]
    assert repr(found.autoencoder) == repr(pair[0])
    assert torch.equal(found.autoencoder(hidden.vectors), pair[0](hidden.vectors))
    assert list(found.features) == cards[0]
    cfg = json.loads((tmp_path / "cfg.json").read_text())
    assert (cfg["architecture"], cfg["k"], cfg["d_in"], cfg["d_sae"]) == ("topk", 8, 64, 64)


def test_what_belongs_to_something_else_is_refused(tmp_path, pair, cards, hidden, fair_hidden, task):
    save(tmp_path, pair[0], cards[0], hidden)
    with pytest.raises(StaleError, match="another activations, data than"):
        load(tmp_path, fair_hidden)
    with pytest.raises(StaleError, match="another activations, model than"):
        load(tmp_path, activations(build("simple_cnn", 10, seed=7), "conv3", task.train))
    retrained = tmp_path / "retrained"
    save(retrained, pair[1], cards[1], hidden)
    (tmp_path / "sae_weights.safetensors").write_bytes((retrained / "sae_weights.safetensors").read_bytes())
    with pytest.raises(StaleError, match="the weights are not those"):
        load(tmp_path, hidden)
    with pytest.raises(ValueError, match="63 cards for 64 features"):
        save(tmp_path, pair[0], cards[0][1:], hidden)
