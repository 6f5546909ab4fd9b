"""Training sparse autoencoders: several seeds and sizes in one batched product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch

from torch import Tensor
from torch.nn.functional import normalize

from lazyartist.expected import expect
from lazyartist.sae.base import SparseAutoencoder, Step, Variant, Weights
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.validation import finite_rows, whole
from lazyartist.seeding import seed_from
from lazyartist.training.loop import batches, descend


# A feature that none of so many vectors made fire is dead, and revived by the variants that can. In peers' code it is
# ten million, which here would be never.
PATIENCE = 2048
JITTER = 0.01  # tells first directions apart where two vectors are the same, in units of the vectors
SPREAD = 4096  # vectors that the first directions are chosen from
CANDIDATES = 8  # tried for each of them
FIRST_THRESHOLD = 0.1  # for vectors of mean square 1; only some variants have thresholds
CALIBRATION = 1 << 14  # vectors that a threshold is set on at the end
BETAS = (0.9, 0.99)  # of Adam
STANDARD = SaeBudget()


def train(
    variant: Variant,
    vectors: Tensor,
    *,
    features: int | Sequence[int] = 256,
    seeds: Sequence[int] = (0,),
    budget: SaeBudget = STANDARD,
) -> list[SparseAutoencoder]:
    """Train one autoencoder for every size and seed, all of them side by side.

    First weights and order of vectors follow from the seed; nobody's global generator is touched. Same arguments, same
    torch and same number of threads give the same bits.

    Args:
        variant: how they encode.
        vectors: (N, D) activations, floats of any precision; float32 is computed with.
        features: how many each has, one number or several.
        seeds: of the autoencoders.
        budget: how long.

    Returns:
        One autoencoder for each pair of size and seed: all seeds of the first size first.

    Raises:
        ValueError: `variant` or `budget` is none, the vectors are not (N, D) finite floats with any variance, a size is
            not positive or less than the variant asks for, or there is no seed.
        FloatingPointError: the loss is not finite; names the variant and the step.
    """
    expect("variant", variant, "a variant, such as SAES.build('topk')", "check_size")
    expect("budget", budget, "an SaeBudget", "steps", "batch_size", "learning_rate")
    x, centre, scale = _normalised(vectors)
    if not isinstance(seeds, Iterable):
        raise ValueError(f"seeds={seeds!r}: expected a list of seeds, such as [0, 1]")
    sizes = [whole("features", f) for f in (features if isinstance(features, Iterable) else [features])]
    members = [(size, whole("seeds", seed, least=0)) for size in sizes for seed in seeds]
    if not members:
        raise ValueError(f"features={features!r}, seeds={seeds!r}: expected at least one size and at least one seed")
    variant.check_size(min(sizes))
    generators = [torch.Generator().manual_seed(seed_from("autoencoder", seed)) for _, seed in members]
    weights = _first_weights([size for size, _ in members], x, generators)
    real = weights.bias.detach().isfinite()
    silent = torch.zeros_like(weights.bias)  # vectors since a feature last fired
    orders = [batches(len(x), budget.batch_size, generator) for generator in generators]

    def loss(step: int) -> Tensor:
        index = torch.cat([next(order) for order in orders])
        batch = x.index_select(0, index).view(len(members), -1, x.shape[1])  # (S, B, D), faster than x[…]
        before = weights.before(batch)
        z = variant.encode(weights, before, training=True)
        x_hat = weights.decode(z)
        dead = (silent >= PATIENCE) & real
        extra = variant.extra_loss(weights, Step(batch, before, z, x_hat, dead, step / budget.steps))
        silent.add_(budget.batch_size).masked_fill_((z > 0).any(1, keepdim=True), 0.0)
        return ((batch - x_hat).square().mean((1, 2)) + extra).sum()  # a sum: members do not feel each other

    def project(step: int) -> None:
        del step
        with torch.no_grad():
            weights.decoder.copy_(normalize(weights.decoder, dim=2))
            weights.threshold.clamp_min_(0)

    parameters = [tensor.requires_grad_() for _, tensor in weights.named()]
    descend(
        loss,
        parameters,
        steps=budget.steps,
        learning_rate=budget.rate,
        betas=BETAS,
        after=project,
        name=f"the sparse autoencoder {variant}",
    )
    with torch.no_grad():
        some = torch.stack([x[torch.randperm(len(x), generator=g)[:CALIBRATION]] for g in generators])
        weights = variant.calibrated(weights, some).rescaled(centre, scale)
    return [SparseAutoencoder(variant, weights.member(s), seed, budget) for s, (_, seed) in enumerate(members)]


def _normalised(vectors: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the vectors with mean 0 and mean square 1, the mean (1, D), and the factor that was divided by."""
    finite_rows("vectors", vectors)
    if not len(vectors):
        raise ValueError(f"vectors: expected at least two, got {tuple(vectors.shape)}")
    centre = vectors.double().mean(0, keepdim=True).float()
    # differences in the vectors' own precision: those of float64 may be too small for float32
    scale = (vectors - centre).square().mean().sqrt()
    if not bool(scale > 0):
        raise ValueError("vectors: all are the same, so there is nothing to take apart")
    return ((vectors - centre) / scale).float(), centre, scale.float()


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
