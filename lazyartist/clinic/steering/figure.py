"""The picture of the case: reports word by word, and how many are called human and still say what they were to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.steering.grammar import CASUAL, INDEX, MARKERS, PLACES, WORDS, contents_of


if TYPE_CHECKING:
    from torch import Tensor

    from lazyartist.clinic.examine import Examination

SHOWN = 2  # prompts
WIDTH, LINE = 12.0, 0.34  # inches
LETTER, GAP = 0.066, 0.066  # inches of a letter, and between words
PLAIN, FORMAL_INK, CASUAL_INK, CONTENT, WRONG = "#f1f3f5", "#b8c0ff", "#ffb703", "#95d5b2", "#d1495b"


@CASE_FIGURES.register("steering")
def draw(found: Examination) -> Figure:
    """Show what is written on some prompts, before and after and by a person, and what the judges say of all."""
    case, admission = found.case, found.admission
    writers = {
        "before": case.baseline(admission.patient, found.seed),
        found.remedy: found.treated,
        "a person": case.oracle(admission, found.seed),
    }
    above = 0.55 + SHOWN * (LINE * len(writers) + 0.5)
    height = above + 0.55 + 0.95 * len(writers)
    figure = Figure(figsize=(WIDTH, height))
    panel = figure.add_axes((0, 1 - above / height, 1, above / height))
    panel.set(xlim=(0, WIDTH), ylim=(0, above))
    panel.set_axis_off()
    # all prompts of the judge, so that each draws the words that it was judged by
    reports = {name: write(admission.sealed.prompts) for name, write in writers.items()}
    wanted = contents_of(admission.sealed.prompts)
    for i in range(SHOWN):
        y = above - 0.7 - i * (LINE * len(writers) + 0.5)
        asked = ", ".join(WORDS[word] for word in wanted[i].tolist())
        panel.text(0.15, y + LINE, f"to be said: {asked}", va="center", fontsize=9)
        for j, (name, report) in enumerate(reports.items()):
            _line(panel, y - LINE * j, name, report[i], wanted[i])
    inks = {"formal": FORMAL_INK, "casual": CASUAL_INK, "content": CONTENT}
    keys = [*(Patch(color=ink, label=name) for name, ink in inks.items()), Patch(fc="white", ec=WRONG, label="wrong")]
    figure.legend(handles=keys, ncols=len(keys), frameon=False, fontsize=9, loc="upper right")
    _shares(figure.add_axes((0.15, 0.5 / height, 0.47, 0.95 * len(writers) / height)), writers, found)
    return figure


def _line(panel: Any, y: float, name: str, report: Tensor, wanted: Tensor) -> None:
    panel.text(0.15, y, name, va="center", fontsize=8, color="#495057")
    x = 1.5
    for place, index in enumerate(report.tolist()):
        word = WORDS[index]
        ink, wrong = _ink(place, index, wanted)
        width = LETTER * len(word) + 0.06
        edge, thick = (WRONG, 1.5) if wrong else (ink, 0.5)
        box = FancyBboxPatch((x, y - 0.09), width, 0.18, boxstyle="round,pad=0.02", fc=ink, ec=edge, lw=thick)
        panel.add_patch(box)
        panel.text(x + width / 2, y - 0.005, word, ha="center", va="center", fontsize=7.5)
        x += width + GAP


def _ink(place: int, word: int, wanted: Tensor) -> tuple[str, bool]:
    """Return the colour of a word at a place of a report, and whether it does not belong there."""
    kinds = list(PLACES.values())
    if place in kinds:
        return CONTENT, word != int(wanted[kinds.index(place)])
    if place in MARKERS:
        casual = word in [INDEX[one] for one in MARKERS[place][CASUAL]]
        formal = word in [INDEX[one] for one in MARKERS[place][1 - CASUAL]]
        return (CASUAL_INK if casual else FORMAL_INK if formal else PLAIN), not (casual or formal)
    return PLAIN, False


def _shares(panel: Any, writers: dict[str, Any], found: Examination) -> None:
    sealed = found.admission.sealed
    for y, write in enumerate(reversed(writers.values())):
        score = found.case.judge(write, sealed)
        bars = (
            ("one detector says human: the defective judge", "#adb5bd", score.defective),
            ("all contents in place", CONTENT, score.parts["contents kept"]),
            ("both detectors say human, and all contents in place", "#00798c", score.value),
        )
        for offset, (label, ink, share) in zip((0.26, 0, -0.26), bars, strict=True):
            panel.barh(y + offset, share, height=0.25, color=ink, label=label if y == 0 else None)
            panel.text(share, y + offset, f" {share:.2f}", va="center", fontsize=8)
    panel.set_yticks(range(len(writers)), list(reversed(writers)), fontsize=9)
    panel.set(xlim=(0, 1.08), xlabel=f"share of {len(sealed.prompts)} reports, seed {found.seed}")
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
