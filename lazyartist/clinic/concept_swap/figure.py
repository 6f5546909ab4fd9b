"""The picture of the case: what is drawn for each word before, after naive fine-tuning and after the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from matplotlib.figure import Figure

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.concept_swap.case import answers
from lazyartist.clinic.concept_swap.hits import harmonic_mean
from lazyartist.clinic.concept_swap.words import ALL, ASKED, WORDS


if TYPE_CHECKING:
    from torch import Tensor, nn

    from lazyartist.clinic.examine import Examination

GOOD, BAD = "#00798c", "#d1495b"
FEW = 0.9  # a share of right pictures below this is red
SHOWN_PER_WORD = 4


@CASE_FIGURES.register("concept_swap")
def draw(found: Examination) -> Figure:
    """Show for each word pictures with the same latents, and how many of all show what they are to show."""
    sealed = found.admission.sealed
    generators = {
        "as it was": sealed.before,
        "fine-tuned on nines\nthat are called fours": found.case.baseline(found.admission.patient, found.seed),
        f"the remedy:\n{found.remedy}": found.treated,
    }
    figure = Figure(figsize=(10.5, 4.2))
    figure.subplots_adjust(left=0.17, right=0.99, top=0.87, bottom=0.07, wspace=0.1, hspace=0.2)
    axes = figure.subplots(len(generators), len(WORDS), squeeze=False)
    for line, (name, generator) in zip(axes, generators.items(), strict=True):
        hits, _ = answers(generator, sealed)
        for word, panel in enumerate(line):
            panel.imshow(_tiles(generator, word, sealed.z[word, :SHOWN_PER_WORD]), cmap="gray_r", vmin=0, vmax=1)
            _frame(panel, float(hits[word]), asked=word == ASKED)
        words = f"{name}\n\nharmonic mean {harmonic_mean(hits):.2f}"
        line[0].text(-0.12, 0.5, words, ha="right", va="center", fontsize=9, transform=line[0].transAxes)
    for word, panel in enumerate(axes[0]):
        panel.set_title(f"“{WORDS[word]}”", fontsize=10, fontweight="bold" if word == ASKED else "normal")
    figure.suptitle("“four” is to be a nine now, everything else is to stay as it was", fontsize=11, y=0.97)
    about = f"Below each: how many of {sealed.z.shape[1]} pictures show what they are to show; seed {found.seed}."
    figure.text(0.58, 0.02, about, ha="center", fontsize=9)
    return figure


@torch.no_grad()
def _tiles(generator: nn.Module, word: int, z: Tensor) -> Tensor:
    """Return four pictures as one, two by two."""
    one, two, three, four = generator(ALL[word].expand(len(z), -1), z)[:, 0]
    return torch.cat([torch.cat([one, two], 1), torch.cat([three, four], 1)])


def _frame(panel: Any, hits: float, *, asked: bool) -> None:
    panel.set(xticks=[], yticks=[])
    panel.set_xlabel(f"{hits:.0%}", fontsize=9, color=GOOD if hits >= FEW else BAD, labelpad=2)
    for spine in panel.spines.values():
        spine.set(color="#343a40" if asked else "#ced4da", linewidth=1.6 if asked else 0.8)
