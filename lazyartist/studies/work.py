"""What a process does with one run: alone, with one thread, and with what was registered by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch

from lazyartist.device import on_device, repeatable
from lazyartist.registry import Registry
from lazyartist.reporting.row import Row
from lazyartist.studies.base import THREADS, AnyRun, Study
from lazyartist.training.store import Store


ByHand = Mapping[str, Mapping[str, Any]]
"""Group of a registry -> name -> what is known there to one process alone."""


def work(
    study: Study[AnyRun], run: AnyRun, digest: str, store: Store, by_hand: ByHand, device: torch.device
) -> tuple[AnyRun, list[Row]]:
    """Measure a run and return it with its rows, which go by the digest that they were asked for by.

    Args:
        study: what to measure.
        run: of which run.
        digest: what decides its rows, where it was asked for.
        store: where trained models are kept.
        by_hand: what was registered by hand there, and is not known to a fresh process.
        device: what it runs on.
    """
    adopt(by_hand)
    with one_thread(), on_device(device), repeatable():
        rows = study.rows(run, store)
    # an accelerator's rows are others: no table mixes them, and none replaces one of the processor's
    where = {} if device.type == "cpu" else {"device": device.type}
    # what was typed by hand has another digest in every process: the run goes by the one that it was asked for by
    return run, [
        replace(row, at={**row.at, **where}, origin=replace(row.origin, run=digest, at={**row.origin.at, **where}))
        for row in rows
    ]


def registered_by_hand() -> ByHand:
    """Return what this process alone knows, for others to adopt."""
    return {group: found for group, registry in Registry.every.items() if (found := registry.by_hand())}


def adopt(by_hand: ByHand) -> None:
    """Take over what another process registered by hand."""
    for group, things in by_hand.items():
        Registry.every[group].adopt(things)


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch with the number of threads that rows are measured with."""
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        yield
    finally:
        torch.set_num_threads(before)
