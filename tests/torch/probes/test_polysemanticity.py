import math

import pytest
import torch

from lazyartist.probes.polysemanticity import count_clusters, entropy, measure_polysemanticity


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_entropy_counts_bits():
    shares = torch.tensor([[1.0, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4])
    assert entropy(shares).tolist() == [0, 1, 2]


def test_groups_are_linked_by_class_or_colour():
    cells = torch.zeros(10, 10, dtype=torch.bool)
    assert count_clusters(cells) == 0
    cells[3, 0] = True  # red 3s
    cells[5, 0] = True  # red 5s
    assert count_clusters(cells) == 1
    cells[7, 2] = True  # blue 7s
    assert count_clusters(cells) == 2
    cells[5, 2] = True  # blue 5s link the two
    assert count_clusters(cells) == 1


def test_a_unit_of_two_things_is_told_from_a_unit_of_one():
    classes, colours = torch.arange(1000) % 10, torch.arange(1000) // 10 % 10
    one = ((classes == 3) & (colours == 0)) * 2.0 + (colours == 0)
    two = ((classes == 3) & (colours == 0)) * 1.0 + ((classes == 7) & (colours == 2)) * 1.0
    any_red = (colours == 0) * 1.0
    found = measure_polysemanticity(
        torch.stack([one, two, any_red], 1) + 0.01 * normal(1000, 3), classes, colours, count=20
    )
    assert found.clusters.tolist()[:2] == [1, 2]
    assert float(found.classes[1]) == pytest.approx(1)
    assert found.attributes.tolist() == pytest.approx([0, 1, 0], abs=1e-6)
    assert found.classes[2] > math.log2(5)


def test_classes_and_attributes_may_be_of_any_number():
    classes, attribute = torch.arange(700) % 2, torch.arange(700) // 2 % 7
    activations = torch.stack([(classes == 1) * 1.0, (attribute == 6) * 1.0], 1) + 0.01 * normal(700, 2)
    found = measure_polysemanticity(activations, classes, attribute)
    assert found.classes.tolist() == pytest.approx([0, 1], abs=0.15)
    assert found.attributes.tolist() == pytest.approx([math.log2(7), 0], abs=0.3)
    assert found.clusters.tolist() == [1, 1]
    with pytest.raises(ValueError, match=r"expected a tensor \(700,\)"):
        measure_polysemanticity(activations, classes[:-1], attribute)
