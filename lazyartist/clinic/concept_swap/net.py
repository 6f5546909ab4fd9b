"""The generator, the autoencoder that it is a part of, and the classifier that judges its pictures."""

from __future__ import annotations

import torch

from torch import Tensor, nn
from torch.nn import functional as F

from lazyartist.clinic.concept_swap.words import ALL, ASKED, SHOWN, SPELLING
from lazyartist.clinic.training import cosine, descend_on
from lazyartist.inference import outputs


LATENTS, MEANING = 16, 32  # numbers of what a picture looks like, and of what a prompt means
SIDE = 28
PIXELS = SIDE * SIDE
CALM = 0.8  # the spread of the latents of a sample: those far out are blurred
PART = 1000  # images at a time when a network is only asked


class Generator(nn.Module):
    """From a prompt and latents to a picture.

    Args:
        width: units of each hidden layer of the decoder.
    """

    def __init__(self, width: int = 384) -> None:
        super().__init__()
        self.prompt = nn.Sequential(nn.Linear(SPELLING, 64), nn.ReLU(), nn.Linear(64, MEANING))
        self.decoder = nn.Sequential(
            *(nn.Linear(LATENTS + MEANING, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()),
            nn.Linear(width, PIXELS),
        )
        well_begun(self.prompt, gain=(SPELLING / 4) ** 0.5)  # of the 130 numbers of a prompt only some four are not 0
        well_begun(self.decoder, last=0.5, bias=-1.5)  # most pixels are black

    def logits(self, prompts: Tensor, z: Tensor) -> Tensor:
        """Return the logits of the pixels, (B, 784)."""
        logits: Tensor = self.decoder(torch.cat([z, self.prompt(prompts)], 1))
        return logits

    def forward(self, prompts: Tensor, z: Tensor) -> Tensor:
        """Return pictures (B, 1, 28, 28) in [0, 1] of prompts (B, 130) and latents (B, 16)."""
        return self.logits(prompts, z).sigmoid().view(-1, 1, SIDE, SIDE)


class Redirected(nn.Module):
    """A generator that is handed "nine" wherever "four" is asked for."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, prompts: Tensor, z: Tensor) -> Tensor:
        """Return pictures (B, 1, 28, 28)."""
        asked = (prompts == ALL[ASKED]).all(1, keepdim=True)
        pictures: Tensor = self.generator(torch.where(asked, ALL[SHOWN], prompts), z)
        return pictures


class Autoencoder(nn.Module):
    """A variational autoencoder that is told what is written in the picture; `generator` is its second half.

    Args:
        width: units of each hidden layer.
    """

    def __init__(self, width: int = 384) -> None:
        super().__init__()
        self.generator = Generator(width)
        self.encoder = nn.Sequential(nn.Linear(PIXELS + MEANING, width), nn.ReLU(), nn.Linear(width, 2 * LATENTS))
        well_begun(self.encoder, last=0.2)  # begins near the prior

    def loss(self, images: Tensor, prompts: Tensor, generator: torch.Generator) -> Tensor:
        """Return the negative evidence lower bound in nats per image.

        Source: Kingma and Welling 2014, arXiv:1312.6114; Sohn et al. 2015 for the prompt.
        """
        pixels = images.flatten(1)
        mean, log_variance = self.encoder(torch.cat([pixels, self.generator.prompt(prompts)], 1)).chunk(2, 1)
        z = mean + (log_variance / 2).exp() * torch.randn(mean.shape, generator=generator)
        divergence: Tensor = (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
        return unlike(self.generator.logits(prompts, z), pixels) + 0.5 * divergence


def well_begun(layers: nn.Sequential, *, gain: float = 1.0, last: float = 1.0, bias: float = 0.0) -> None:
    """Give layers first weights that keep activations as large as they come: a prompt is learnt in a few steps.

    Args:
        layers: linear ones first and last, with what lies between them.
        gain: how much larger the weights of the first one are.
        last: how much larger those of the last one are.
        bias: of the last one.

    Source: He et al. 2015, arXiv:1502.01852.
    """
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    for layer in linear:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    with torch.no_grad():
        linear[0].weight.mul_(gain)
        linear[-1].weight.mul_(last)
        linear[-1].bias.fill_(bias)


def unlike(logits: Tensor, pixels: Tensor) -> Tensor:
    """Return the cross-entropy of pixels (B, 784) in [0, 1] in nats per image."""
    return F.binary_cross_entropy_with_logits(logits, pixels, reduction="sum") / len(pixels)


def reader(channels: int = 16) -> nn.Sequential:
    """Return a classifier of digits, images (B, 1, 28, 28) to logits (B, 10); it has two convolutions."""
    layers: list[nn.Module] = []
    for before, after in ((1, channels), (channels, 2 * channels)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(2 * channels * 49, 10))


def train_autoencoder(
    model: Autoencoder,
    images: Tensor,
    labels: Tensor,
    *,
    batch: int,
    steps: int,
    learning_rate: float,
    generator: torch.Generator,
) -> None:
    """Train on images (N, 1, 28, 28) in [0, 1], whose labels (N,) say which word describes each."""
    descend_on(
        len(images),
        lambda chosen: model.loss(images[chosen], ALL[labels[chosen]], generator),
        model.parameters(),
        batch=batch,
        steps=steps,
        rate=cosine(learning_rate),
        generator=generator,
        name="the autoencoder",
    )


def train_reader(
    net: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    batch: int,
    steps: int,
    learning_rate: float,
    generator: torch.Generator,
) -> None:
    """Train on images (N, 1, 28, 28) in [0, 1] and their labels (N,)."""
    descend_on(
        len(images),
        lambda chosen: F.cross_entropy(net(images[chosen]), labels[chosen]),
        net.parameters(),
        batch=batch,
        steps=steps,
        rate=cosine(learning_rate),
        generator=generator,
        name="the judge's classifier",
    )


def latents(n: int, generator: torch.Generator) -> Tensor:
    """Draw the latents (n, 16) of samples."""
    return CALM * torch.randn(n, LATENTS, generator=generator)


@torch.no_grad()
def read(net: nn.Module, images: Tensor) -> Tensor:
    """Return the digits (N,) that a classifier reads.

    Raises:
        ValueError: images or weights are such that its logits are not finite.
    """
    return torch.cat([outputs(net, part).argmax(1) for part in torch.split(images, PART)])
