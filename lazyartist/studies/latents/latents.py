"""How well the ways to learn latents find the factors, by every metric."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from lazyartist.data.families import images_of
from lazyartist.latents.learn import reconstruction_error
from lazyartist.latents.metrics.dci import dci
from lazyartist.latents.metrics.factor_vae_score import factor_vae_votes
from lazyartist.latents.metrics.infomec import infomec
from lazyartist.latents.metrics.information import mutual_information
from lazyartist.latents.metrics.mig import mig, mig_sampled
from lazyartist.latents.metrics.null import null
from lazyartist.latents.metrics.sap import separability
from lazyartist.latents.metrics.ssim import ssim
from lazyartist.seeding import seed_from
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.latents import metrics as names
from lazyartist.studies.latents.base import LatentRun, LatentStudy
from lazyartist.studies.latents.recipe import Recipe


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from lazyartist.data.grid import FactorImages
    from lazyartist.latents.learn import LatentModel
    from lazyartist.studies.latents.recipe import TrainedLatents

JUDGED = 10_000  # images that information is counted on
COMPARED = 1000  # images whose reconstruction is compared
FITTED = 1000  # images that trees and vector machines are fitted on, and as many that judge them
VOTES = 2000  # of the FactorVAE score, and as many that judge

OURS = Recipe(polish=3000, candidates=6)
TEN = Recipe(latents=10)
ORIGINAL = replace(TEN, variant="beta_tcvae:beta=6:noise=0.5", coder="conv")
OTHERS = ("vae", "beta_vae", "gamma_vae", "beta_tcvae", "factor_vae", "dip_vae")
PLACED = ("basis_mlp", "spatial")  # one that must learn what a place is, and one that knows
PARTS = {
    "all of it": "",
    "lines for circles": ":lines=6",
    "noise does not fall": ":first_noise=2.5e-5",
    "all latents open at once": ":at_first=6",
    "small structures are not lifted": ":lift=0",
    "no bound on a latent": ":sharpest=10000",
    "no price on dependence": ":independence=0",
}


@STUDIES.register("latents")
@dataclass(frozen=True)
class LatentsStudy(LatentStudy):
    """The latents: every way to learn them, on images whose factors are known, by every metric of disentanglement."""

    name: ClassVar[str] = "latents"
    default_recipes: ClassVar[tuple[Recipe, ...]] = (
        OURS,
        TEN,
        ORIGINAL,
        *(replace(TEN, variant=variant) for variant in OTHERS),
    )

    def measure(self, run: LatentRun, trained: TrainedLatents) -> Iterator[Fact]:
        """Yield what the latents tell of the factors, and how well images are reconstructed."""
        images = images_of(run.recipe.images)
        generator = torch.Generator().manual_seed(seed_from("judged latents", run.seed))
        yield from information_facts(trained.model, images, generator)
        yield from fitted_facts(trained.model, images, generator, run.seed)


@STUDIES.register("latent_parts")
@dataclass(frozen=True)
class LatentPartsStudy(LatentStudy):
    """The latents: what each part of this project's recipe is worth, by leaving it out; and other images and sizes."""

    name: ClassVar[str] = "latent_parts"
    default_recipes: ClassVar[tuple[Recipe, ...]] = (
        *(Recipe(variant=f"circle_vae{knobs}") for knobs in PARTS.values()),
        Recipe(images="room3d:size=64", coder="basis_mlp:axes=384"),
        Recipe(images="sprites2d:size=32", latents=6),
        *(Recipe(images="sprites2d:size=32", latents=6, variant="beta_tcvae", coder=c, steps=3000) for c in PLACED),
    )

    def measure(self, run: LatentRun, trained: TrainedLatents) -> Iterator[Fact]:
        """Yield what the latents tell of the factors, and how well images are reconstructed."""
        generator = torch.Generator().manual_seed(seed_from("judged latents", run.seed))
        yield from information_facts(trained.model, images_of(run.recipe.images), generator)


def information_facts(model: LatentModel, images: FactorImages, generator: torch.Generator) -> Iterator[Fact]:
    """Yield mutual information, with its gaps and its null, and the likeness of reconstructions."""
    index = torch.randint(len(images), (JUDGED,), generator=generator)
    factors = images.grid.factors_of(index)
    pictures = images.render(index)
    posterior = model.encode(pictures)
    told = mutual_information(posterior.mean, factors, active=model.active)
    shares = told.normalised

    def gap(values: Tensor) -> float:
        return mig(posterior.mean, values, active=model.active)

    yield Fact(names.MIG, told.mig, JUDGED, "higher", _rounded(shares))
    for name, own, most in zip(images.grid.sizes, told.gaps, told.largest, strict=True):
        yield Fact(names.GAP, float(own), JUDGED, "", at={"factor": name})
        yield Fact(names.LARGEST, float(most), JUDGED, "", at={"factor": name})
    yield Fact(names.MIG_ALL, mig(posterior.mean, factors), JUDGED)
    yield Fact(names.MIG_NULL, float(null(gap, factors, repeats=5).mean()), JUDGED)
    yield Fact(names.ACTIVE, int(model.active.sum()), model.latents, detail=_rounded(posterior.kl().mean(0)))
    shown = pictures[:COMPARED]
    yield Fact(names.SSIM, float(ssim(model.decode(posterior.mean[:COMPARED]), shown).mean()), COMPARED, "higher")
    yield Fact(names.ERROR, reconstruction_error(model, shown), COMPARED)


def fitted_facts(model: LatentModel, images: FactorImages, generator: torch.Generator, seed: int) -> Iterator[Fact]:
    """Yield the metrics that fit something to the latents, or draw from them."""
    index = torch.randint(len(images), (2 * FITTED,), generator=generator)
    factors = images.grid.factors_of(index)
    posterior = model.encode(images.render(index))
    codes = posterior.mean * model.active  # a latent that is not used tells nothing
    train, test = ((codes[part], factors[part]) for part in (slice(FITTED), slice(FITTED, None)))
    circles = model.circles
    yield Fact(names.MIG_SAMPLED, mig_sampled(posterior, factors, samples=500), 2 * FITTED)
    yield Fact(names.SAP, separability(train, test, circles=circles).sap, FITTED)
    trees = dci(train, test, circles=circles, seed=seed)
    for name, value in zip(names.DCI, (trees.disentanglement, trees.completeness, trees.informativeness), strict=True):
        yield Fact(name, value, FITTED)
    info = infomec(codes, factors, circles=circles, active=model.active)
    for name, value in zip(names.INFOMEC, (info.modularity, info.explicitness, info.compactness), strict=True):
        yield Fact(name, value, 2 * FITTED)

    def encode(at: Tensor) -> Tensor:
        return model.encode(images.render(at)).mean

    votes = factor_vae_votes(
        encode, images.grid, circles=circles, active=model.active, learnt=VOTES, judged=VOTES, seed=seed
    )
    yield Fact(names.FACTOR_VAE, votes.score, VOTES)


def _rounded(table: Tensor) -> list[Any]:
    rounded: list[Any] = (table * 10_000).round().div(10_000).tolist()
    return rounded
