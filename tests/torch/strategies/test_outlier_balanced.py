import torch

from lazyartist.strategies.outlier_balanced import balanced


def test_odd_images_are_drawn_as_often_as_the_others_of_their_class():
    labels = torch.tensor([0] * 8 + [1] * 4 + [2] * 3)
    odd = torch.zeros(15, dtype=torch.bool)
    odd[[0, 1, 8]] = True
    weights = balanced(labels, odd, 3, 0.5)
    sums = [float(weights[(labels == label) & mask].sum()) for label in range(3) for mask in (odd, ~odd)]
    assert sums == [4, 4, 2, 2, 0, 3]
    assert balanced(labels, odd, 3, 0.25)[0] == 1


def test_a_class_that_is_odd_as_a_whole_is_drawn_as_it_is():
    assert balanced(torch.tensor([0, 0, 1]), torch.tensor([True, True, False]), 2, 0.5).tolist() == [1, 1, 1]
