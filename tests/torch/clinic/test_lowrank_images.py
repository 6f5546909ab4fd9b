"""Low-rank images: what a gauge hides and what it leaves, how views are made, and what judges may be told."""

import pytest
import torch

from lazyartist.clinic.base import Admission
from lazyartist.clinic.lowrank_images.case import LowrankImages, Patient, Sealed, drawn_digits
from lazyartist.clinic.lowrank_images.clusters import among_neighbours, kmeans_labels, rand_index, ward_labels
from lazyartist.clinic.lowrank_images.factors import Factors, factorise, random_gauge
from lazyartist.clinic.lowrank_images.figure import draw
from lazyartist.clinic.lowrank_images.network import EmbeddingNet, embed, shrink
from lazyartist.clinic.lowrank_images.remedies import Neighbours, Product
from lazyartist.clinic.lowrank_images.views import views
from lazyartist.clinic.training import fresh, generator_of
from lazyartist.data.digits import grey_digits


CASE = LowrankImages(data="digits", digits=5, views=12, others=24, width=4, steps=1)


@pytest.fixture(scope="module")
def admission():
    """Views of digits, with a network that was never trained: random convolutions tell digits apart a little."""
    generator = generator_of("test")
    digits = drawn_digits(grey_digits(), 5, generator).repeat_interleave(12, 0)
    images = views(digits, 64, generator)
    factors = factorise(images, 4, generator)
    net = fresh(lambda: EmbeddingNet(4), "test")
    patient = Patient(factors, 5, net.state_dict(), 1, torch.tensor(grey_digits().test_images[:24]))
    return Admission(patient, Sealed(torch.arange(5).repeat_interleave(12), shrink(images)))


def regauged(patient, seed):
    gauge = random_gauge(len(patient.factors), 4, generator_of("gauge", seed))
    return Patient(patient.factors.regauged(gauge), patient.clusters, patient.weights, patient.steps, patient.others)


def test_factors_are_the_best_approximation_of_their_rank():
    images = torch.rand(5, 12, 20, generator=generator_of("images"))
    left, sizes, right = torch.linalg.svd(images, full_matrices=False)
    best = (left[:, :, :3] * sizes[:, None, :3]) @ right[:, :3]
    found = factorise(images, 3, generator_of("start")).product()
    assert (images - found).norm() <= 1.01 * (images - best).norm()
    whole = factorise(images, 12, generator_of("start")).product()
    assert torch.allclose(whole, images, atol=1e-4)


def test_no_gauge_changes_what_a_remedy_finds_but_it_changes_the_baseline(admission):
    one, other = (regauged(admission.patient, seed) for seed in (0, 1))
    assert torch.allclose(one.factors.product(), other.factors.product(), atol=1e-2)
    assert not torch.allclose(one.factors.left, other.factors.left, atol=1e-1)
    for remedy in (Product(), Neighbours()):
        assert rand_index(remedy.treat(one, 0), remedy.treat(other, 0)) > 0.97
    assert rand_index(CASE.baseline(one, 0), CASE.baseline(other, 0)) < 0.9


def test_the_rand_index_praises_labels_drawn_by_lot_and_the_judge_does_not():
    truth = torch.arange(32).repeat_interleave(20)
    by_lot = truth[torch.randperm(len(truth), generator=generator_of("lot"))]
    score = CASE.judge(by_lot, Sealed(truth, torch.zeros(0)))
    assert score.defective == rand_index(by_lot, truth) > 0.93
    assert abs(score.value) < 0.02
    renamed = (truth * 7 + 3) % 32
    assert CASE.judge(renamed, Sealed(truth, torch.zeros(0))).value == 1.0
    halves = CASE.judge(truth // 2, Sealed(truth, torch.zeros(0)))
    assert halves.parts["completeness"] == pytest.approx(1)
    assert halves.parts["homogeneity"] < 0.9


def test_neighbours_draw_groups_together():
    generator = generator_of("groups")
    centres = torch.eye(4, 16).repeat_interleave(15, 0)
    noisy = torch.nn.functional.normalize(centres + 0.2 * torch.randn(60, 16, generator=generator))
    truth = torch.arange(4).repeat_interleave(15)

    def spread(vectors):
        return (vectors - torch.stack([vectors[truth == k].mean(0) for k in range(4)])[truth]).square().sum()

    closer = among_neighbours(noisy, 8, 2)
    assert spread(closer) < 0.2 * spread(noisy)
    assert torch.equal(among_neighbours(noisy, 8, 0), noisy)
    assert rand_index(ward_labels(closer, 4), truth) == rand_index(kmeans_labels(closer, 4, 0, starts=3), truth) == 1


def test_views_keep_the_digit_and_differ():
    digits = torch.tensor(grey_digits().train_images[:1]).repeat(40, 1, 1)
    seen = views(digits, 32, generator_of("views"))
    assert seen.shape == (40, 32, 32)
    assert torch.equal(seen, views(digits, 32, generator_of("views")))
    assert (seen[0] - seen[1]).abs().mean() > 0.05
    rim = torch.cat([seen[:, 0], seen[:, -1]], 1).mean(1)
    inverted = rim > seen.mean((1, 2))  # the ground is brighter than the strokes
    assert 8 < int(inverted.sum()) < 32


def test_digits_are_drawn_evenly_from_the_classes_and_no_more_than_there_are():
    drawn = drawn_digits(grey_digits(), 32, generator_of("drawn"))
    assert drawn.shape == (32, 28, 28)
    assert len(drawn.flatten(1).unique(dim=0)) == 32
    with pytest.raises(ValueError, match=r"digits=5000: expected at most \d+, there are \d+ of class 0"):
        drawn_digits(grey_digits(), 5000, generator_of("drawn"))


def test_vectors_have_unit_length_and_ignore_brightness_and_contrast(admission):
    net = admission.patient.network()
    vectors = embed(net, admission.sealed.images)
    assert torch.allclose(vectors.norm(dim=1), torch.ones(60), atol=1e-5)
    assert torch.allclose(embed(net, 3 * admission.sealed.images - 5), vectors, atol=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LowrankImages(data="cats").draw(0, None), "data='cats': expected 'mnist', 'digits', or the path"),
        (lambda: LowrankImages(digits=1), "digits=1: expected"),
        (lambda: LowrankImages(rank=2.5), "rank=2.5: expected a whole number"),
        (lambda: factorise(torch.ones(3, 8, 8), 9, generator_of("")), r"rank=9: expected 1 to 8"),
        (lambda: factorise(torch.ones(8, 8), 2, generator_of("")), r"images: expected \(N, H, W\), got \(8, 8\)"),
        (lambda: Factors(torch.ones(2, 8, 3), torch.ones(2, 4, 8)), r"got \(2, 8, 3\) and \(2, 4, 8\)"),
        (lambda: shrink(torch.ones(2, 48, 48)), r"a multiple of 32 pixels, got \(2, 48, 48\)"),
        (lambda: rand_index(torch.zeros(4), torch.zeros(4)), r"labels: .* got \(4,\) torch.float32"),
        (lambda: rand_index([0, 1], torch.zeros(2)), "labels: expected a tensor of 2 whole numbers.* got list"),
        (lambda: CASE.judge(torch.zeros(5).long(), Sealed(torch.zeros(6), torch.zeros(0))), "a tensor of 6 whole"),
    ],
)
def test_what_is_wrong_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_figure_frames_what_does_not_belong(admission):
    from types import SimpleNamespace

    treated = admission.sealed.truth.clone()
    treated[0] = 1  # one image is in another cluster
    score = CASE.judge(treated, admission.sealed)
    found = SimpleNamespace(admission=admission, case=CASE, treated=treated, score=score, seed=0, remedy="by hand")
    before, after = draw(found).axes
    assert len(after.images) == 5 * 8
    assert len(after.patches) == 1
    assert len(before.patches) > 5
