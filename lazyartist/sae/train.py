"""Training sparse autoencoders: several seeds and sizes in one batched product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import torch

from torch import Tensor
from torch.nn.functional import normalize

from lazyartist.sae.base import Autoencoder, Step, Variant, Weights
from lazyartist.seeding import seed_from


# A feature that none of so many vectors made fire is dead, and revived by the variants that can. In peers' code it is
# ten million, which here would be never.
PATIENCE = 2048
JITTER = 0.01  # tells first directions apart where two vectors are the same, in units of the vectors
SPREAD = 4096  # vectors that the first directions are chosen from
CANDIDATES = 8  # tried for each of them
FIRST_THRESHOLD = 0.1  # for vectors of mean square 1; only some variants have thresholds
CALIBRATION = 1 << 14  # vectors that a threshold is set on at the end


@dataclass(frozen=True)
class Training:
    """How long and how fast.

    Attributes:
        steps: gradient steps.
        batch_size: vectors a step.
        learning_rate: of Adam; in the last fifth of the steps it falls to zero.
    """

    steps: int = 2000
    batch_size: int = 256
    learning_rate: float = 2e-3

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not value > 0:
                raise ValueError(f"{name}={value!r}: expected a positive number")


def train(
    variant: Variant,
    vectors: Tensor,
    *,
    features: int | Sequence[int] = 256,
    seeds: Sequence[int] = (0,),
    training: Training = Training(),
) -> list[Autoencoder]:
    """Train one autoencoder for every size and seed, all of them side by side.

    First weights and order of vectors follow from the seed; nobody's global generator is touched. Same arguments, same
    torch and same number of threads give the same bits.

    Args:
        variant: how they encode.
        vectors: (N, D) activations.
        features: how many each has, one number or several.
        seeds: of the autoencoders.
        training: how long.

    Returns:
        One autoencoder for each pair of size and seed: all seeds of the first size first.

    Raises:
        ValueError: the vectors are not (N, D) finite numbers with any variance, or a size is not positive.
        FloatingPointError: the loss is not finite.
    """
    x, centre, scale = _normalised(vectors)
    sizes = [features] if isinstance(features, int) else list(features)
    members = [(size, seed) for size in sizes for seed in seeds]
    if not members or min(sizes) < 1:
        raise ValueError(f"features={features!r}, seeds={seeds!r}: expected positive sizes and at least one seed")
    generators = [torch.Generator().manual_seed(seed_from("autoencoder", seed)) for _, seed in members]
    weights = _first_weights([size for size, _ in members], x, generators)
    parameters = [tensor.requires_grad_() for _, tensor in weights.named()]
    optimizer = torch.optim.Adam(parameters, training.learning_rate, betas=(0.9, 0.99), fused=True)
    real = weights.bias.detach().isfinite()
    silent = torch.zeros_like(weights.bias, requires_grad=False)  # vectors since a feature last fired
    orders = [_order(len(x), training.batch_size, generator) for generator in generators]
    for step in range(training.steps):
        progress = step / training.steps
        index = torch.cat([next(order) for order in orders])
        batch = x.index_select(0, index).view(len(members), -1, x.shape[1])  # (S, B, D), faster than x[…]
        before = weights.before(batch)
        z = variant.encode(weights, before, training=True)
        x_hat = weights.decode(z)
        dead = (silent >= PATIENCE) & real
        extra = variant.extra_loss(weights, Step(batch, before, z, x_hat, dead, progress))
        loss = ((batch - x_hat).square().mean((1, 2)) + extra).sum()  # a sum: members do not feel each other
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for group in optimizer.param_groups:
            group["lr"] = training.learning_rate * min(1.0, 5 * (1 - progress))
        optimizer.step()
        with torch.no_grad():
            weights.decoder.copy_(normalize(weights.decoder, dim=2))
            weights.threshold.clamp_min_(0)
            silent = torch.where((z > 0).any(1, keepdim=True), 0.0, silent + training.batch_size)
    if not bool(loss.isfinite()):
        raise FloatingPointError(f"{variant} has a loss of {float(loss)}: lower the learning rate")
    with torch.no_grad():
        some = torch.stack([x[torch.randperm(len(x), generator=g)[:CALIBRATION]] for g in generators])
        weights = variant.calibrated(weights, some).rescaled(centre, scale)
    return [Autoencoder(variant, weights.member(s), seed, asdict(training)) for s, (_, seed) in enumerate(members)]


def _normalised(vectors: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the vectors with mean 0 and mean square 1, the mean (1, D), and the factor that was divided by."""
    if vectors.ndim != 2 or not vectors.is_floating_point() or not bool(vectors.isfinite().all()):
        raise ValueError(f"vectors: expected (N, D) finite floats, got {tuple(vectors.shape)} {vectors.dtype}")
    centre = vectors.double().mean(0, keepdim=True).float()
    scale = (vectors - centre).square().mean().sqrt()
    if not bool(scale > 0):
        raise ValueError("vectors: all are the same, so there is nothing to take apart")
    return (vectors - centre) / scale, centre, scale


def _first_weights(sizes: Sequence[int], x: Tensor, generators: Sequence[torch.Generator]) -> Weights:
    """Return the directions of vectors far from each other, read by the encoder as they are written by the decoder.

    Each feature thus fires at first for the vector that it was taken from. Random directions would not: a lazy model's
    hidden layer has few dimensions that vary, and most of the features would be dead before the first step. Vectors
    taken at random leave out what is rare, each seed something else: features of two seeds would match less often.
    """
    s, (n, d), f = len(sizes), x.shape, max(sizes)
    decoder = torch.zeros(s, f, d)
    bias = torch.full((s, 1, f), -torch.inf)  # what is beyond an autoencoder's own size never fires
    for i, (size, generator) in enumerate(zip(sizes, generators, strict=True)):
        some = x[torch.randperm(n, generator=generator)[:SPREAD]]
        jitter = torch.randn(size, d, generator=generator)
        decoder[i, :size] = normalize(_spread(some, size, generator) + JITTER * jitter)
        bias[i, :, :size] = 0
    return Weights(
        decoder.mT.clone(), bias, decoder, torch.zeros(s, 1, d), torch.full((s, 1, f), FIRST_THRESHOLD), sizes
    )


def _spread(x: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Return `size` of the vectors (N, D), spread as k-means++ spreads its first centres, the best of a few each time.

    Source: Arthur and Vassilvitskii 2007, k-means++, with its greedy choice.
    """
    chosen = [int(torch.randint(len(x), (1,), generator=generator))]
    far = (x - x[chosen[0]]).square().sum(1)  # (N,), from the nearest that is chosen
    while len(chosen) < size:
        # where there are fewer different vectors than features, some are taken twice
        tried = torch.multinomial(far + 1e-12, CANDIDATES, replacement=True, generator=generator)
        nearer = torch.minimum(far, torch.cdist(x[tried], x).square())  # (C, N)
        best = int(nearer.sum(1).argmin())
        chosen.append(int(tried[best]))
        far = nearer[best]
    return x[chosen]


def _order(n: int, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield indices of batches for ever: each vector once before any comes twice."""
    rest = torch.empty(0, dtype=torch.long)
    while True:
        while len(rest) < batch_size:
            rest = torch.cat([rest, torch.randperm(n, generator=generator)])
        yield rest[:batch_size]
        rest = rest[batch_size:]
