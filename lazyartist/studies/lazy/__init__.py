"""Task 1: the lazy model, and laziness as a budget."""

LAZY = "lazy"  # the strategy whose models are shown to cheat, and that others are compared with
CONTROL = "grayscale_erm"  # the strategy whose models never saw a colour
