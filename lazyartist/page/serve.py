"""Opening the page: models, a port on this machine, and the browser."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import math
import socket
import threading
import webbrowser

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import uvicorn

from lazyartist.data.make import make_task
from lazyartist.networks import factory
from lazyartist.page.app import create_app
from lazyartist.page.models import Models, Shown, from_file, from_run
from lazyartist.studies.base import THREADS
from lazyartist.studies.classifiers import Run
from lazyartist.studies.cures.cures import CuresStudy
from lazyartist.training.store import Store


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.data.task import Task
    from lazyartist.training.budget import Budget

log = logging.getLogger(__name__)

STRATEGIES = ("lazy", "erm", "group_balanced", "recoloured_reversal")  # a liar, plain training, and two cures
NETWORK = "simple_cnn"
FEWEST_STEPS = 500  # of a small dataset, so that a cure has time to work
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Wish:
    """What the page is to show, and where.

    Attributes:
        dataset: whose images models are trained on.
        strategies: the models to train, or to fetch from the store; by default a liar, plain training and two cures, or
            none where models come by file.
        network: theirs, and that of files of weights.
        files: models by file.
        trust: load `.pt2` files, which may run any code.
        seed: of what is trained.
        host: the address that is listened at.
        port: 0 for any that is free.
        browser: open it.
        results: the folder that the clinic's cards are read from.
    """

    dataset: str = "mnist"
    strategies: Sequence[str] | None = None
    network: str = NETWORK
    files: Sequence[Path] = ()
    trust: bool = False
    seed: int = 0
    host: str = "127.0.0.1"
    port: int = 0
    browser: bool = True
    results: Path = Path("results")


def serve(wish: Wish) -> bool:
    """Serve the page until it is stopped; return whether a model is still being trained, which nothing stops.

    Raises:
        ValueError: the dataset, a strategy or the network cannot be shown, or no host is named; names it and the way
            out.
        OSError: the port is taken.
    """
    torch.set_num_threads(THREADS)  # what is trained has the bits, and so the key, that studies' models have
    task, store = make_task(wish.dataset, seed=wish.seed), Store()
    factory(wish.network)  # an unknown one is refused now, not by each model when its turn comes
    models = Models(shown_models(wish, task, store), task.train.classes)
    listening = listen(wish.host, wish.port)
    port = listening.getsockname()[1]
    made_by = f"make_task({wish.dataset!r}, seed={wish.seed})"
    app = create_app(task, models, store, hosts_of(wish.host, port), wish.results, made_by)
    if not _is_loopback(wish.host):
        log.warning("everybody who reaches %s can use this page: leave --host out to keep it to yourself", wish.host)
    where = f"http://{wish.host if ':' not in wish.host else f'[{wish.host}]'}:{port}/"
    print(f"The page is at {where} until you press Ctrl-C.", flush=True)  # noqa: T201
    models.start()
    if wish.browser:
        threading.Timer(0.5, webbrowser.open, [where]).start()
    config = uvicorn.Config(app, log_level="warning", timeout_keep_alive=5, server_header=False, ws="none")
    with contextlib.suppress(KeyboardInterrupt):  # how a page is left
        uvicorn.Server(config).run(sockets=[listening])
    return any(model.state == "training" for model in models)


def shown_models(wish: Wish, task: Task, store: Store) -> list[Shown]:
    """Return the models that were asked for; none of them is trained yet."""
    strategies = (() if wish.files else STRATEGIES) if wish.strategies is None else wish.strategies
    runs = [Run(wish.dataset, wish.network, strategy, wish.seed, budget_for(strategy, task)) for strategy in strategies]
    files = [from_file(path, wish.network, trust=wish.trust) for path in wish.files]
    return [*files, *(from_run(run, store) for run in runs)]


def budget_for(strategy: str, task: Task) -> Budget:
    """Return how long a strategy trains: as in `run cures`, or on few images for as many steps as a cure needs."""
    budget = CuresStudy(strategies=(strategy,)).budget_of(strategy)
    steps_per_epoch = max(1, len(task.train) // budget.batch_size)
    return replace(budget, epochs=max(budget.epochs, math.ceil(FEWEST_STEPS / steps_per_epoch)))


def hosts_of(host: str, port: int) -> set[str]:
    """Return the Host headers that a browser sends to an address of this machine."""
    anywhere = host in ("0.0.0.0", "::")  # noqa: S104 - asked for, and warned of
    names = {host, *(LOOPBACK if anywhere or _is_loopback(host) else ())}
    if anywhere:
        names |= {socket.gethostname(), socket.getfqdn(), *_addresses()}
    bracketed = {f"[{name}]" if ":" in name else name for name in names}
    return {f"{name}:{port}" for name in bracketed} | (bracketed if port == 80 else set())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _addresses() -> set[str]:
    """Return this machine's own addresses, as far as can be told; nothing is sent."""
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None)}
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect(("192.0.2.1", 9))  # an address that nobody has: it only chooses the way there
        found.add(way.getsockname()[0])
    return found


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that its port is known before anything is served.

    Raises:
        ValueError: the host is empty, which the system takes for every address of this machine.
        OSError: the port is taken; names the way out.
    """
    if not host.strip():
        raise ValueError(f"host {host!r}: expected an address or a name of this machine, such as 127.0.0.1")
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OSError(
            f"cannot listen at {host}, port {port} ({error}): choose another --port, or leave it out"
        ) from error
    # what is accepted inherits it: else an answer's second packet waits 40 ms until its first one is acknowledged
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
