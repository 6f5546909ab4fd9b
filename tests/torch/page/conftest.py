"""A page with a liar and a cured network on the embedded digits, served in a thread of its own."""

import base64
import json
import threading
import time

from contextlib import contextmanager
from http.client import HTTPConnection
from types import SimpleNamespace

import pytest
import torch

from lazyartist.strategies import STRATEGIES
from lazyartist.studies.latents.recipe import Recipe
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit
from lazyartist.training.store import Store


SMALL = Budget(epochs=16, batch_size=32, learning_rate=4e-3)
CONSTANT = Budget(epochs=16, batch_size=32, learning_rate=4e-3, schedule="constant")


@pytest.fixture(scope="session")
def trained(task):
    def train(strategy, budget):
        return fit(STRATEGIES.build(strategy), task, "simple_cnn:width=8", budget=budget).model

    return {"lazy": train("lazy", CONSTANT), "cured": train("recoloured_reversal", SMALL)}


@contextmanager
def page_of(task, shown, folder, missing):
    """Serve a page of models in a thread of its own."""
    try:
        import uvicorn

        from lazyartist.page.app import create_app
    except ModuleNotFoundError as error:
        missing(f"{error.name} is not installed: pip install 'lazyartist[page]'")
    from lazyartist.page.models import Models
    from lazyartist.page.serve import hosts_of, listen

    models = Models(shown, 10)
    models.start().join()
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    store, results = Store(folder / "store"), folder / "results"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lazyartist.page.rooms.QUICK", Recipe(steps=300))
        app = create_app(task, models, store, hosts_of("127.0.0.1", port), results)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield SimpleNamespace(port=port, url=f"http://127.0.0.1:{port}/", models=models, store=store)
    server.should_exit = True
    thread.join(10)


def shown_as(name, make):
    from lazyartist.page.models import Shown

    return Shown(name, f"{name}, for tests", f"model = MODELS[{name!r}]\n", make)


@pytest.fixture(scope="session")
def served(task, trained, tmp_path_factory, missing):
    shown = [shown_as(name, lambda name=name: trained[name]) for name in trained]
    with page_of(task, [*shown, shown_as("broken", lambda: 1 / 0)], tmp_path_factory.mktemp("page"), missing) as page:
        page.models.add(shown_as("late", lambda: None))
        yield page


@pytest.fixture
def call(served):
    """Ask the page: (status, what it answers, headers)."""

    def ask(path, body=None, headers=None, method=None, raw=None):
        connection = HTTPConnection("127.0.0.1", served.port, timeout=60)
        sent = raw if raw is not None else None if body is None else json.dumps(body).encode()
        kind = {} if sent is None else {"content-type": "application/json"}
        connection.request(method or ("GET" if sent is None else "POST"), path, sent, {**kind, **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.status, json.loads(content) if is_json else content, answer.headers

    return ask


@pytest.fixture(scope="session")
def seven(task):
    """A test image of a seven, as a request has it."""
    place = int((task.test.labels == 7).nonzero()[0])
    return base64.b64encode(task.test.foreground(slice(place, place + 1))[0].cpu().numpy().tobytes()).decode()


@pytest.fixture(scope="session")
def drawn():
    """A seven on the pad, thick strokes of ink."""
    pad = torch.zeros(140, 140, dtype=torch.uint8)
    pad[30:42, 35:105] = 255
    for step in range(80):
        pad[36 + step : 48 + step, 95 - step // 2 : 107 - step // 2] = 255
    return base64.b64encode(pad.cpu().numpy().tobytes()).decode()
