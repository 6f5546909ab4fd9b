"""What happened to a patient, in ten lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.examine import BASELINE, ORACLE


if TYPE_CHECKING:
    from lazyartist.clinic.examine import Examination


def story(found: Examination) -> list[str]:
    """Return the story of an examination: the defect, the remedy, both ends, and how far it went."""
    case, score = found.case, found.score
    base, best = (found.ends.scores[end].value for end in (BASELINE, ORACLE))
    lines = [
        f"{case.name}, seed {found.seed}: {case.defect}",
        f"Judged by: {case.metric}, {case.direction} is better, over {score.n:,}.",
        f"The broken model: {base:.3f}. The same model never broken: {best:.3f}.",
        f"Treatment: {found.remedy}. {_summary(found)}",
        f"After it: {score.value:.3f}.",
    ]
    if score.parts:
        lines.append(f"In parts: {', '.join(f'{name} {value:.3f}' for name, value in score.parts.items())}.")
    lines.append(f"Norm score: {found.norm_score:.1f}, where 0 is the broken model and 100 the one never broken.")
    if score.defective is not None:
        lines.append(f"The defective judge says {score.defective:.3f}. {case.lesson}")
    if found.remedy == case.write_up.remedy and case.write_up.percent is not None:
        lines.append(f"On the olympiad's own data this remedy went {case.write_up.percent:.0f} % of the way.")
    lines.append(f"It took {found.seconds:.1f} s of processor time.")
    return lines


def _summary(found: Examination) -> str:
    entry = REMEDIES.entries().get(f"{found.case.name}.{found.remedy.partition(':')[0]}")
    if entry:
        return entry.summary
    return "Nothing is done." if found.remedy == BASELINE else "It was never broken."
