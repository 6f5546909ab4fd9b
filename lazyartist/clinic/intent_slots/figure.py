"""The picture of the case: Russian commands word by word, as they are and as the net reads them, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.intent_slots.commands import Command


if TYPE_CHECKING:
    from lazyartist.clinic.examine import Examination

SHOWN = 5  # commands
# one for every slot; what is outside of all has no colour
INKS = ("#f1f3f5", "#8ecae6", "#ffb703", "#b8c0ff", "#f4978e", "#95d5b2", "#e0aaff", "#ffd6a5", "#bcb8b1")
WRONG = "#d1495b"
FITTING, FEW = 50, 5  # letters of names of slots that one line has room for; names in a line if there are more
LETTER, GAP = 0.115, 0.16  # inches of a letter of a word, and between words


@CASE_FIGURES.register("intent_slots")
def draw(found: Examination) -> Figure:
    """Show commands with the slot of every word as its colour, a red frame where it is wrong."""
    commands, known = _different(found.admission.sealed.russian), found.admission.patient.pieces
    before = found.case.baseline(found.admission.patient, found.seed)
    keys = [Patch(color=_ink(place), label=slot) for place, slot in enumerate(known.slots) if place]
    keys.append(Patch(fc="white", ec=WRONG, lw=1.6, label="wrong"))
    columns = len(keys) if sum(map(len, known.slots)) <= FITTING else FEW
    above = 0.2 * ((len(keys) - 1) // columns)
    figure = Figure(figsize=(9, 0.95 * len(commands) + 0.6 + above))
    panel = figure.add_axes((0, 0, 1, 1))
    width, height = figure.get_size_inches()
    panel.set(xlim=(0, width), ylim=(0, height))
    panel.set_axis_off()
    readings = {"before": before(commands), found.remedy: found.treated(commands)}
    for i, command in enumerate(commands):
        y = height - 0.75 - above - 0.95 * i
        for j, (name, (intents, slots)) in enumerate(readings.items()):
            intent = known.intents[int(intents[i])]
            _line(panel, y - 0.36 * j, name, command, slots[i], intent, int(intents[i]) == command.intent)
    figure.legend(handles=keys, ncols=columns, frameon=False, fontsize=9, loc="upper center")
    return figure


def _different(commands: Sequence[Command]) -> list[Command]:
    """Return the first command of each of some intents: one with two slots, if there is any."""
    found: dict[int, Command] = {}
    for least in (2, 0):
        for command in commands:
            if sum(slot > 0 for slot in command.slots) >= least:
                found.setdefault(command.intent, command)
    return list(found.values())[:SHOWN]


def _ink(slot: int) -> str:
    """Return the colour of a slot; where there are more slots than colours, they come again."""
    return INKS[1 + (slot - 1) % (len(INKS) - 1)] if slot else INKS[0]


def _line(panel: Any, y: float, name: str, command: Command, slots: Sequence[int], intent: str, right: bool) -> None:
    panel.text(0.15, y, name, va="center", fontsize=9, color="#495057")
    x = 1.35
    for word, slot, true in zip(command.words, slots, command.slots, strict=True):
        width = LETTER * len(word) + 0.1
        edge, thick = (_ink(slot), 0.5) if slot == true else (WRONG, 1.6)
        box = FancyBboxPatch((x, y - 0.11), width, 0.22, boxstyle="round,pad=0.03", fc=_ink(slot), ec=edge, lw=thick)
        panel.add_patch(box)
        panel.text(x + width / 2, y - 0.01, word, ha="center", va="center", fontsize=10)
        x += width + GAP
    panel.text(x + 0.1, y, f"→ {intent}", va="center", fontsize=10, color="black" if right else WRONG)
