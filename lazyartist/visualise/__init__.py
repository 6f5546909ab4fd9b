"""Feature visualisation: images that are optimised to activate units, all of a layer's units in one batch."""

from lazyartist.visualise.objectives import Channel, Direction, Logit, Neuron, Objective, Position
from lazyartist.visualise.parametrisation import Parametrisation, colour_directions
from lazyartist.visualise.transforms import Transforms
from lazyartist.visualise.visualise import Visualisation, Visualise


__all__ = [
    "Channel",
    "Direction",
    "Logit",
    "Neuron",
    "Objective",
    "Parametrisation",
    "Position",
    "Transforms",
    "Visualisation",
    "Visualise",
    "colour_directions",
]
