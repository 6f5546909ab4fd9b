import itertools

import pytest
import torch

from lazyartist.sae.matching import match, matched_names


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_matching_is_the_best_of_all_assignments():
    a, b = drawn(5, 4), drawn(5, 4, seed=1)
    pairs = match(a, b)
    cosine = torch.nn.functional.cosine_similarity(a[:, None].double(), b[None].double(), dim=2)
    best = max(sum(float(cosine[i, j]) for i, j in enumerate(p)) for p in itertools.permutations(range(5)))
    assert float(pairs.cosine.sum()) == pytest.approx(best)


def test_a_shuffled_dictionary_agrees_wholly_and_an_unrelated_one_does_not():
    a = drawn(40, 64)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(3))
    pairs = match(a, 2 * a[order])
    assert pairs.agreement == pytest.approx(1)
    assert pairs.stable_share == 1
    assert torch.equal(order[pairs.right], pairs.left)
    assert match(a, drawn(40, 64, seed=5)).stable_share == 0
    with pytest.raises(ValueError, match=r"expected \(F, D\) and \(G, D\)"):
        match(a, drawn(40, 3))
    with pytest.raises(ValueError, match=r"second: expected .* NaN or infinity"):
        match(a, a * float("nan"))


def test_the_lazy_model_has_colour_features_that_another_seed_has_too(pair, cards):
    first, second = cards
    named = {card.means[0] for card in first if card.kind == "colour" and len(card.means) == 1}
    assert len(named) >= 6
    again = matched_names(first, second, (pair[0].directions, pair[1].directions))
    assert all(name.split(" ")[0] in named for name in again)
    same = [name.split(" ")[0] in partner for name, partner in again.items()]
    assert sum(same) >= 0.6 * len(same)
    itself = matched_names(first, first, (pair[0].directions, pair[0].directions))
    assert itself
    assert all(name == partner for name, partner in itself.items())


def test_cards_of_other_features_are_refused(pair, cards):
    directions = (pair[0].directions, pair[1].directions)
    for first in (cards[0][1:], cards[0][::-1]):
        with pytest.raises(ValueError, match=f"{len(first)} cards for 64 features: expected one each, in their order"):
            matched_names(first, cards[1], directions)
