import pytest
import torch

from lazyartist.latents.metrics.ssim import ssim


def images(n=3, size=(20, 17), seed=0):
    return torch.rand(n, 3, *size, generator=torch.Generator().manual_seed(seed))


def test_an_image_is_like_itself_and_unlike_its_negative():
    x = images()
    torch.testing.assert_close(ssim(x, x), torch.ones(3).double(), rtol=0, atol=1e-12)
    assert (ssim(x, 1 - x) < -0.5).all()
    torch.testing.assert_close(ssim(x, images(seed=1)), ssim(images(seed=1), x))


def test_flat_images_differ_in_brightness_alone():
    a, b = torch.full((1, 1, 12, 12), 0.2), torch.full((1, 1, 12, 12), 0.6)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert float(ssim(a, b)) == pytest.approx(expected, rel=1e-6)


def test_the_border_is_seen_by_windows_that_lie_inside():
    """One place of an 11 × 11 window: the formula, with weights that anybody can write down."""
    x, y = images(1, (11, 11)).double(), images(1, (11, 11), seed=1).double()
    at = torch.arange(11).double() - 5
    weights = torch.exp(-(at[:, None] ** 2 + at**2) / (2 * 1.5**2))
    weights /= weights.sum()

    def mean(maps):
        return (weights * maps).sum((2, 3))

    a, b = mean(x), mean(y)
    covariance, va, vb = mean(x * y) - a * b, mean(x * x) - a * a, mean(y * y) - b * b
    expected = (2 * a * b + 1e-4) * (2 * covariance + 9e-4) / ((a * a + b * b + 1e-4) * (va + vb + 9e-4))
    torch.testing.assert_close(ssim(x, y), expected.mean(1))


def test_more_noise_is_less_alike_and_many_images_are_as_one():
    x = images(600, (11, 40))
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(2))
    little, much = ((x + sd * noise).clamp(0, 1) for sd in (0.05, 0.2))
    assert (ssim(x, much) < ssim(x, little)).all()
    torch.testing.assert_close(ssim(x, much)[-3:], ssim(x[-3:], much[-3:]))


def test_what_is_not_an_image_is_refused():
    x = images()
    for first, second, message in (
        (x, x[:2], "expected the same shape"),
        (x[:, :, :10], x[:, :, :10], "10 × 17 pixels: expected 11 or more to a side"),
        (x, 2 * x, r"others run from .* to .*: expected \[0, 1\], so clip them"),
        (x * torch.nan, x, "images run from nan to nan"),
        (x[0], x[0], r"images: expected a torch tensor \(N, C, H, W\)"),
        ((255 * x).byte(), x, "torch.uint8"),
        (x.cpu().numpy(), x, "got ndarray"),
    ):
        with pytest.raises(ValueError, match=message):
            ssim(first, second)
