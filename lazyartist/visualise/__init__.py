"""What does a unit see? Images that are optimised to excite it, a whole layer's units in one batch."""

from lazyartist.visualise.parametrisation import Canvas, colour_directions
from lazyartist.visualise.objectives import Channel, Direction, Logit, Neuron, Objective, Position
from lazyartist.visualise.visualise import Seen, Visualise
from lazyartist.visualise.transforms import Wobble


__all__ = [
    "Canvas",
    "Channel",
    "Direction",
    "Logit",
    "Neuron",
    "Objective",
    "Position",
    "Seen",
    "Visualise",
    "Wobble",
    "colour_directions",
]
