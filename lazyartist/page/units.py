"""What a model's units like best, made when it is asked for, beside the real images that wake them most."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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

    def units(self, model: Shown, layer: str) -> list[dict[str, Any]]:
        """Return the first units of a layer: what each likes best, and the real images that activate it most.

        Raises:
            ValueError: there is no such layer, or it puts out no maps.
        """
        if layer not in model.layers:
            raise ValueError(
                f"layer {layer!r}: {model.name} has {', '.join(model.layers) or 'none that puts out maps'}"
            )
        with model.lock:
            if (model.name, layer) not in self._done:
                self._done[model.name, layer] = self._draw(model, layer)
            return self._done[model.name, layer]

    def _draw(self, model: Shown, layer: str) -> list[dict[str, Any]]:
        split = self.task.test.subset(slice(0, TOP_OF))
        pictures = layer_pictures(model.tool, model.tool.get_submodule(layer), split, LIKES, most=SHOWN)
        tops = top_images(pictures.activations, NEAREST)
        return [
            {"unit": unit, "likes": bytes_of(image), "nearest": [bytes_of(real) for real in split.render(top)]}
            for unit, (image, top) in enumerate(zip(pictures.images, tops, strict=True))
        ]
