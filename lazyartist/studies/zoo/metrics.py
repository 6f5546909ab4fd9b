"""What the study of the zoo measures, by name; torch-free."""

from __future__ import annotations


# of two lazy models that differ in their first weights alone, see `lazyartist.strategies.witnesses`
SCORE = "lie_score"
AGREEMENT, EVENNESS = "error_agreement", "mistake_evenness"
# of Grad-CAM's maps of the first layer: what lies on pixels that the attribute changes; and how many those are
MARK_SHARE, MARK_AREA = "relevance_on_mark", "pixels_of_mark"
SAID_TO_LIE = 0.5  # agreement times evenness over which two models are said to have read the same lie


def only(factor: str) -> str:
    """Return the metric of how many are right where one of several attributes misleads, and the others do not."""
    return f"only_{factor}_accuracy"
