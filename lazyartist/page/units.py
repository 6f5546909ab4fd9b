"""What a model's units like best, made when it is asked for, beside the real images that wake them most."""

from __future__ import annotations

import threading

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lazyartist.attribution.layer import map_layers
from lazyartist.page.answers import bytes_of
from lazyartist.probes.top_images import top_images
from lazyartist.studies.inspection.unit_pictures import layer_pictures
from lazyartist.visualise import Visualise


if TYPE_CHECKING:
    from lazyartist.data.task import Task
    from lazyartist.page.models import Shown

SHOWN, NEAREST = 16, 4  # units of a layer, and real images of each
TOP_OF = 500  # real images among which they are looked for
LIKES = Visualise(steps=60)


@dataclass(eq=False)
class Gallery:
    """The units of models, each layer drawn once."""

    task: Task
    _done: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    _layers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def layers(self, model: Shown) -> tuple[str, ...]:
        """Return the names of the layers that have units to look at."""
        if model.name not in self._layers:
            with model.lock:
                self._layers[model.name] = map_layers(model.tool, self.task.test.render(slice(0, 1)))
        return self._layers[model.name]

    def units(self, model: Shown, layer: str) -> list[dict[str, Any]]:
        """Return the first units of a layer: what each likes best, and the real images that activate it most.

        Raises:
            ValueError: there is no such layer, or it puts out no maps.
        """
        if layer not in (known := self.layers(model)):
            raise ValueError(f"layer {layer!r}: {model.name} has {', '.join(known) or 'none that puts out maps'}")
        with self._lock:
            if (model.name, layer) not in self._done:
                self._done[model.name, layer] = self._draw(model, layer)
            return self._done[model.name, layer]

    def _draw(self, model: Shown, layer: str) -> list[dict[str, Any]]:
        split = self.task.test.subset(slice(0, TOP_OF))
        with model.lock:
            pictures = layer_pictures(model.tool, model.tool.get_submodule(layer), split, LIKES, most=SHOWN)
        tops = top_images(pictures.activations, NEAREST)
        return [
            {"unit": unit, "likes": bytes_of(image), "nearest": [bytes_of(real) for real in split.render(top)]}
            for unit, (image, top) in enumerate(zip(pictures.images, tops, strict=True))
        ]
