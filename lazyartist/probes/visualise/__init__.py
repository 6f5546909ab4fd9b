"""What does a unit see? Images that are optimised to excite it, a whole layer's units in one batch."""

from lazyartist.probes.visualise.canvas import Canvas, colour_directions
from lazyartist.probes.visualise.objectives import Channel, Direction, Logit, Neuron, Objective, Position
from lazyartist.probes.visualise.visualise import Seen, Visualise
from lazyartist.probes.visualise.wobble import Wobble


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
