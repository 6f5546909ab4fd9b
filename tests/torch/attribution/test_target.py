import pytest
import torch

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.target import of_rows, scores


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (10, "from 0 to 9"),
        (-1, "from 0 to 9"),
        ([1, 2], "3 classes, one per image"),
        (1.5, "expected a class"),
        (lambda z: z.sum(), r"returned \(\): expected a tensor \(3,\)"),
        (lambda z: 1.0, "returned float"),
    ],
)
def test_what_is_no_target_is_refused(nets, target, message):
    with pytest.raises(ValueError, match=message):
        GradCam("conv2")(nets.settled(), nets.batch(3), target)


def test_scores_are_the_targets_logits_and_rows_keep_their_target():
    logits = torch.arange(6.0).view(2, 3)
    assert scores(logits, [2, 0]).tolist() == [2, 3]
    rows = torch.tensor([1, 1, 0])
    assert of_rows([2, 0], rows).tolist() == [0, 0, 2]
    assert of_rows(1, rows) == 1
