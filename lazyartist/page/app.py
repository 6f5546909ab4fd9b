"""The page's web application: what can be asked of it, and by whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, HTTPException
from fastapi.params import Path as InPath
from fastapi.params import Query
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from lazyartist.attribution import MAPS
from lazyartist.clinic import CASES
from lazyartist.data import fashion
from lazyartist.data.coloured import ColouredImages
from lazyartist.data.images import UnsupportedError
from lazyartist.device import everywhere
from lazyartist.page import lines
from lazyartist.page.answers import answers, recoloured
from lazyartist.page.asked import Asked, AskForDials, AskForMaps, AskForModel, AskForNoise, Drawing, text_of
from lazyartist.page.clinic import clinic_cards, picture_of
from lazyartist.page.dials import Bench
from lazyartist.page.drawing import SIDE
from lazyartist.page.guard import Guard
from lazyartist.page.looks import looks
from lazyartist.page.models import Models, from_store
from lazyartist.page.noise import find_noise
from lazyartist.page.refusals import REFUSED, refuse_in_words
from lazyartist.page.rooms import AskForRoom, Rooms
from lazyartist.page.units import Gallery


if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lazyartist.data.task import Task
    from lazyartist.page.guard import App
    from lazyartist.page.models import Shown
    from lazyartist.training.store import Store

STATIC = Path(__file__).parent / "static"
RESULTS = Path("results")


def create_app(
    task: Task, models: Models, store: Store, hosts: Collection[str], results: Path = RESULTS, made_by: str = ""
) -> App:
    """Return the application.

    Args:
        task: whose colours, test images and training images the page shows.
        models: the ones that answer.
        store: where more are found.
        hosts: the Host headers that are answered.
        results: the folder that the clinic's cards are read from.
        made_by: Python that makes the task, for the lines that a user copies; by default, its name and seed.

    Raises:
        UnsupportedError: the task's images are not strokes that are painted, 28 pixels wide.
    """
    palette = _strokes(task).palette
    names = fashion.NAMES if task.name == "fashion" else [str(label) for label in range(task.train.classes)]
    made_by = made_by or f"make_task({task.name!r}, seed={task.seed})"
    app = FastAPI(title="The Lazy Artist", docs_url=None, redoc_url=None, responses=REFUSED)
    bench, gallery, rooms = Bench(task), Gallery(task), Rooms(store)

    def ready(names: Sequence[str]) -> list[Shown]:
        chosen = []
        for name in dict.fromkeys(names):
            if name not in models:
                raise HTTPException(404, f"There is no model {name!r}.")
            if models[name].state != "ready":
                raise HTTPException(409, f"{name} is not ready: {models[name].reason or models[name].state}.")
            chosen.append(models[name])
        return chosen

    def taken(asked: Asked) -> tuple[Asked, list[Shown]]:
        """Return the question, the drawing in it as the dataset has its images, and the models that it is put to."""
        return asked.as_in(task.name), ready(asked.models)

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/api/page")
    def what_there_is() -> dict[str, Any]:
        """What the page is about, and how far each model is."""
        return {
            "dataset": task.name,
            "where": str(task.keys.get("where", "foreground")),
            "aligned": float(task.aligned(task.train).float().mean()),
            "names": list(names),
            "colours": [[round(255 * channel) for channel in colour] for colour in palette.colours],
            "words": list(palette.words),
            "maps": list(MAPS),
            "test_images": len(task.test),
            "models": [_about(model) for model in models],
        }

    @app.get("/api/sample")
    def sample(number: Annotated[int, Query(ge=0)]) -> dict[str, Any]:
        """A test image's stroke, and its class; numbers go round."""
        place = number % len(task.test)
        shape = task.test.foreground(slice(place, place + 1))[0]
        return {"number": place, "ink": text_of(shape), "label": int(task.test.labels[place])}

    @app.post("/api/answers")
    def ask(drawing: Drawing) -> dict[str, Any]:
        """The image that the models see, and each one's probabilities."""
        drawing, chosen = taken(drawing)
        return {**answers(drawing, chosen), "python": lines.answer_lines(drawing, chosen)}

    @app.post("/api/recolour")
    def recolour(drawing: Drawing) -> dict[str, Any]:
        """The drawing in every colour of the palette, and each model's probabilities."""
        drawing, chosen = taken(drawing)
        found = recoloured(drawing, chosen, palette)
        return {**found, "python": lines.recolour_lines(drawing, chosen, palette.name)}

    @app.post("/api/maps")
    def maps(asked: AskForMaps) -> dict[str, Any]:
        """Where each model looks."""
        asked, chosen = taken(asked)
        found = looks(asked, chosen)
        shown = next((model for model in chosen if "map" in found["maps"][model.name]), None)
        if shown is None:
            return {**found, "python": ""}
        first = found["maps"][shown.name]
        knobs = repr(first["layer"]) if "layer" in first else ""
        return {**found, "python": lines.map_lines(asked, shown, knobs, first["target"])}

    @app.post("/api/noise")
    def noise(asked: AskForNoise) -> dict[str, Any]:
        """The least noise found that makes the first model answer another class."""
        asked, chosen = taken(asked)
        return {**find_noise(asked, chosen), "python": lines.noise_lines(asked, chosen[0])}

    @app.post("/api/dials")
    def dials(asked: AskForDials) -> dict[str, Any]:
        """The features of the first model's last hidden layer, and its answer when they are turned."""
        asked, (model, *_) = taken(asked)
        return {**bench.turn(asked, model), "python": lines.dial_lines(asked, model, made_by)}

    @app.get("/api/units")
    def units(
        model: Annotated[str, Query(max_length=200)], layer: Annotated[str, Query(max_length=200)] = ""
    ) -> dict[str, Any]:
        """The layers of a model and, of the chosen one, what its units like best; the first layer unless told."""
        (shown,) = ready([model])
        if not shown.layers:
            raise UnsupportedError(f"{model} has no layers that put out maps")
        chosen = layer or shown.layers[0]
        drawn = gallery.units(shown, chosen)
        python = lines.unit_lines(shown, chosen, made_by)
        return {"layers": list(shown.layers), "layer": chosen, "units": drawn, "python": python}

    @app.get("/api/store")
    def stored() -> list[dict[str, str]]:
        """The models of the store that were trained on these images."""
        known = {model.key for model in models}
        held = [one for one in _of_task(store, task) if one.key not in known]
        return [{"key": one.key, "about": from_store(store, one).about} for one in held]

    @app.post("/api/store")
    def add(asked: AskForModel) -> dict[str, Any]:
        """Show a model of the store too."""
        found = next((one for one in _of_task(store, task) if one.key == asked.key), None)
        if found is None:
            raise HTTPException(404, f"The store holds no model {asked.key} of these images.")
        shown = next((model for model in models if model.key == asked.key), None) or from_store(store, found)
        if shown.state == "waiting":
            shown.get_ready(models.classes)
            models.add(shown)
        return _about(shown)

    @app.post("/api/room")
    def room(asked: AskForRoom) -> dict[str, Any]:
        """The latents of a room, and the picture that is made of them; the first time, they are learnt."""
        return rooms.show(asked)

    @app.get("/api/odd")
    def odd() -> dict[str, Any]:
        """The oddest images of a batch of rooms, why, and what they would look like otherwise."""
        return rooms.odd()

    @app.get("/api/clinic")
    def clinic() -> dict[str, Any]:
        """The broken models, before and after."""
        return clinic_cards(results)

    @app.get("/api/clinic/{case}.png", response_class=FileResponse)
    def clinic_picture(case: Annotated[str, InPath(max_length=100)]) -> FileResponse:
        """The picture of a case."""
        if case not in CASES or not picture_of(results, case).is_file():
            raise HTTPException(404, f"There is no picture of {case!r}.")
        return FileResponse(picture_of(results, case), media_type="image/png")

    for route in app.routes:  # each request is answered in a thread of its own
        if isinstance(route, APIRoute) and route.dependant.call is not None:
            route.dependant.call = everywhere(route.dependant.call)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    refuse_in_words(app)
    return Guard(app, hosts)


def _strokes(task: Task) -> ColouredImages:
    images = task.train.images
    if not isinstance(images, ColouredImages) or images.images.shape[1:] != (SIDE, SIDE):
        raise UnsupportedError(
            f"the page paints strokes of {SIDE} × {SIDE} pixels, and {images!r} are none: choose mnist, fashion or "
            "digits, with a palette of your own if you like (mnist:palette=classic)"
        )
    return images


def _about(model: Shown) -> dict[str, Any]:
    return {
        "name": model.name,
        "about": model.about,
        "state": model.state,
        "reason": model.reason,
        "seconds": round(model.seconds, 1),
        "colour": model.colour,
        "layers": list(model.layers),
    }


def _of_task(store: Store, task: Task) -> list[Any]:
    """Return what the store holds of classifiers that were trained on images painted like the task's."""
    keys = dict(task.keys)
    return [
        one
        for one, _ in store.list()
        if one.kind == "classifier" and one.spec["dataset"] == task.name and one.spec["keys"] == keys
    ]
