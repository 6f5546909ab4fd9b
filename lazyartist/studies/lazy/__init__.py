"""Task 1: the lazy model, and laziness as a budget."""

LAZY = "lazy"  # the strategy whose models are shown to cheat, and that others are compared with
CONTROL = "grayscale_erm"  # the strategy whose models never saw a colour


def lazy_stops(attribute: str) -> str:
    """Return in words when the training of a lazy model ends, to stand behind "it"."""
    return (
        "stops at the first check of the easy validation split over 95 %, or over what the "
        f"{attribute} alone can reach."
    )
