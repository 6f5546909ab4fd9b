import numpy as np
import pytest
import torch

from scipy.ndimage import gaussian_filter1d
from torch import nn

from lazyartist.clinic.frozen_masks.case import FrozenMasks, MasksSealed
from lazyartist.clinic.frozen_masks.composites import BENT, composites, cut_outs, elastic
from lazyartist.clinic.frozen_masks.head import Head, with_flips
from lazyartist.clinic.frozen_masks.maps import Brightness, ProbeMaps, columns
from lazyartist.clinic.frozen_masks.remedies import Composites, MarkTheLight
from lazyartist.clinic.frozen_masks.scenes import CANVAS, CLOUDS, Scenes, blur_matrix, grounds, scenes
from lazyartist.clinic.frozen_masks.segmenter import THRESHOLDS, Segmenter, best_threshold, ious, maps_of, scan
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import fresh, generator_of
from lazyartist.training.store import Store


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    case = FrozenMasks(**FrozenMasks.small)
    return case, case.draw(0, Shelf(case, Store(tmp_path_factory.mktemp("store"))))


def blocks(n, low=4, high=12):
    """Scenes of a light block on a dark ground."""
    masks = torch.zeros(n, CANVAS, CANVAS, dtype=torch.bool)
    masks[:, low:high, low:high] = True
    return Scenes(0.2 + 0.5 * masks[:, None].float(), masks)


class Remembers(nn.Module):
    """Marks what it has seen right and anything else wrong."""

    def __init__(self, seen):
        super().__init__()
        self.seen = seen

    def forward(self, images):
        known = (images[:, None] == self.seen.images[None]).flatten(2).all(2)  # (B, N)
        right = self.seen.masks[known.float().argmax(1)].float()
        return torch.where(known.any(1)[:, None, None], right, 1 - right)


def test_iou_is_shared_pixels_over_marked_ones():
    one, other = blocks(2).masks, blocks(2, 4, 8).masks
    assert ious(one, other).tolist() == pytest.approx([16 / 64] * 2)
    assert ious(one, one).tolist() == [1, 1]
    empty = torch.zeros_like(one)
    assert ious(empty, one).tolist() == [0, 0]
    assert ious(empty, empty).tolist() == [1, 1]


def test_a_scan_of_masks_that_are_binary_already_is_refused():
    truth = blocks(3).masks
    maps = torch.where(truth, 0.7, 0.2) + 0.05 * torch.rand(truth.shape, generator=generator_of("maps"))
    found = scan(maps, truth)
    assert found.max() == 1
    assert found.min() < 0.1
    assert 0.25 <= best_threshold(maps, truth) < 0.7
    with pytest.raises(ValueError, match="binary already"):
        best_threshold((maps > 0.5).float(), truth)


def test_the_defective_judge_prefers_what_was_learnt_by_heart(drawn):
    case, admission = drawn
    sealed = admission.sealed
    by_heart = case.judge(Segmenter(Remembers(sealed.seen), 0.5), sealed)
    honest = case.judge(MarkTheLight().treat(admission.patient, 0), sealed)
    assert by_heart.defective == 1 > honest.defective
    assert by_heart.value < 0.2 < honest.value


def test_what_remedies_see_is_not_what_is_scored(drawn):
    _, admission = drawn
    seen, scored = (part.images.flatten(1) for part in (admission.sealed.seen, admission.sealed.scored))
    assert torch.equal(seen, admission.patient.labelled.images.flatten(1))
    assert torch.cdist(seen, scored).min() > 0.1


def test_the_oracle_and_even_brightness_beat_grad_cam(drawn):
    case, admission = drawn
    base = case.judge(case.baseline(admission.patient, 0), admission.sealed).value
    light = case.judge(MarkTheLight().treat(admission.patient, 0), admission.sealed).value
    best = case.judge(case.oracle(admission, 0), admission.sealed).value
    assert base + 0.1 < min(light, best)


def test_nothing_of_the_classifier_is_trained(drawn):
    _, admission = drawn
    patient = admission.patient
    before = {name: tensor.clone() for name, tensor in patient.net.state_dict().items()}
    treated = Composites(steps=20).treat(patient, 0)
    assert all(torch.equal(tensor, before[name]) for name, tensor in patient.net.state_dict().items())
    of_head = {id(parameter) for parameter in treated.maps.parameters()}
    assert of_head.isdisjoint(map(id, patient.net.parameters()))


def test_masks_are_exact_and_grounds_vary_as_they_should():
    light = np.full((50, 28, 28), 0, np.uint8)
    light[:, 8:20, 8:20] = 255
    made = scenes(torch.tensor(light), generator_of("scenes"))
    shares = made.masks.float().mean((1, 2))
    sides = (shares * CANVAS**2).sqrt()  # 12 of 28 pixels, in an image that comes to 20 to 29
    assert sides.min() > 7
    assert sides.max() < 14
    inside = (made.images[:, 0] * made.masks).sum((1, 2)) / made.masks.sum((1, 2))
    outside = (made.images[:, 0] * ~made.masks).sum((1, 2)) / (~made.masks).sum((1, 2))
    assert (inside - outside).min() > 0.2
    ground = grounds(50, generator_of("grounds"))
    assert ground.std((2, 3)).mean() == pytest.approx(CLOUDS, abs=0.01)
    assert ground.min() >= 0
    assert ground.max() <= 1


@pytest.mark.parametrize("sigma", [1.0, 2.5, 6.0])
def test_the_blur_is_scipys(sigma):
    line = torch.rand(CANVAS, generator=generator_of("line"))
    expected = gaussian_filter1d(line.cpu().numpy().astype(float), sigma, mode="reflect", truncate=8)
    assert np.allclose((blur_matrix(sigma) @ line).cpu().numpy(), expected, atol=2e-3)


def test_cut_outs_bring_nothing_of_the_old_ground_along():
    given = blocks(1)
    light, cover = cut_outs(given)[0]
    assert torch.allclose(light, torch.tensor(0.5), atol=1e-5)  # as light everywhere as on the stroke
    assert torch.equal(cover > 0, given.masks[0])
    made = composites(cut_outs(given), torch.full((2, 1, CANVAS, CANVAS), 0.1), 30, generator_of("made"))
    on = made.images[:, 0][made.masks]
    assert on.min() > 0.29  # half covered, and lit least
    assert on.max() <= 0.1 + 1.2 * 0.5 + 1e-4
    assert 20 < made.masks.sum((1, 2)).float().mean() < 100
    assert made.images[~made.masks[:, None]].min() == pytest.approx(0.1)


def test_elastic_warps_are_smooth_and_short():
    field = elastic(5, generator_of("field"))
    longest = field.abs().amax((1, 2, 3)) * CANVAS / 2
    assert longest.tolist() == pytest.approx([BENT] * 5, rel=1e-4)
    assert (field[:, 1:] - field[:, :-1]).abs().max() * CANVAS / 2 < 1


def test_flips_are_undone():
    class Left(nn.Module):
        def forward(self, images):
            return images[:, 0] * (torch.arange(CANVAS) < CANVAS // 2)

    mean = with_flips(Left())(torch.ones(1, 1, CANVAS, CANVAS))
    assert torch.allclose(mean, torch.tensor(0.5))
    picture = blocks(1).images
    assert torch.allclose(with_flips(Brightness())(picture), Brightness()(picture))


def test_a_probe_is_a_weighted_sum_of_what_layers_say(drawn):
    net, images = drawn[1].patient.net, drawn[1].patient.labelled.images
    first = columns(net, images)
    assert torch.allclose(first[:, : net.channels[0]], net.activations(images)[0])
    weights = torch.zeros(first.shape[1])
    weights[2] = 3
    assert torch.allclose(ProbeMaps(net, weights, -1.0)(images), torch.sigmoid(3 * first[:, 2] - 1))
    head = fresh(lambda: Head(net, 4), "head")
    assert maps_of(head, images).shape == (len(images), CANVAS, CANVAS)


def test_nonsense_is_refused(tmp_path, drawn):
    maps = torch.rand(2, 4, 4, generator=generator_of("maps"))
    with pytest.raises(ValueError, match="must be thresholded first"):
        ious(maps, maps > 0.5)
    with pytest.raises(ValueError, match="same masks"):
        scan(maps + 2, maps > 0.5, THRESHOLDS)
    with pytest.raises(ValueError, match="one that marks none or all"):
        cut_outs(Scenes(torch.rand(1, 1, 4, 4, generator=generator_of("x")), torch.zeros(1, 4, 4, dtype=torch.bool)))
    case = FrozenMasks(**{**FrozenMasks.small, "scored": 5000})
    with pytest.raises(ValueError, match="scored=5000: expected up to 360"):
        case.draw(0, Shelf(case, Store(tmp_path)))
    with pytest.raises(ValueError, match="real=1"):
        Composites(real=1)
    assert isinstance(drawn[1].sealed, MasksSealed)
