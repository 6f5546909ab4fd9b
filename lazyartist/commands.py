"""What the commands of the command line do; `cli.py` reads their options."""

from __future__ import annotations

import argparse
import inspect
import sys

from contextlib import nullcontext
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from lazyartist.files import need_room, write_bytes
from lazyartist.knobs import allowed_values
from lazyartist.registry import Registry, unknown
from lazyartist.reporting.publish import fill_blocks, publish, tables_of
from lazyartist.reporting.records import read_rows, recorded_rows
from lazyartist.studies import FIGURES, PICTURES, STUDIES


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lazyartist.reporting.table import Table

OK, UNUSABLE = 0, 2
PLAIN = ("str", "int", "float", "bool")  # what can be written behind a name
EXPECTED = {"int": "a whole number", "float": "a finite number", "bool": "True or False"}  # where no range is declared


def list_command(options: argparse.Namespace) -> int:
    """Print what there is, all of it or of one kind, or what one thing takes."""
    shelves = _shelves()
    kinds = {title: shelf for title, shelf in shelves.items() if options.name in (None, *_names_of(title))}
    if not kinds:
        found = [registry for registry in shelves.values() if registry is not FIGURES and options.name in registry]
        if not found:
            known = {name for title, registry in shelves.items() for name in (*_names_of(title), *registry)}
            raise unknown("thing or kind", options.name, known)
        for registry in found:
            print("\n".join(_taken_by(registry, options.name)))
        return OK
    for title, registry in kinds.items():
        print(title)
        for name, entry in sorted(registry.entries().items()):
            print(f"  {name:<20} {entry.summary}{f' [{entry.source}]' if entry.source else ''}")
        print()
    return OK


def _names_of(title: str) -> set[str]:
    """Return what one may call a kind of things: "cases of the clinic", and "cases"."""
    whole = title.partition(" (")[0]
    return {whole, whole.partition(" of ")[0]}


def _taken_by(registry: Registry[Any], name: str) -> list[str]:
    """Return lines on one thing: what it is, and its knobs with their defaults and ranges."""
    entry, thing = registry.entries()[name], registry[name]
    lines = [f"{registry.kind} {name}: {entry.summary}{f' [{entry.source}]' if entry.source else ''}"]
    ranges = {each.name: allowed_values(each) for each in fields(thing)} if is_dataclass(thing) else {}
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.name in registry.given:
            continue
        is_knob = ranges.get(parameter.name) or isinstance(parameter.default, (bool, int, float, str))
        may_be_unset = parameter.default is None and str(parameter.annotation).startswith(PLAIN)
        unset = parameter.default is parameter.empty or may_be_unset
        if parameter.kind is parameter.VAR_KEYWORD:
            lines.append("  and the knobs of whatever it is made by")
        elif is_knob or unset:
            default = "" if unset else f"={parameter.default!r}"
            expected = ranges.get(parameter.name) or EXPECTED.get(str(parameter.annotation), "")
            lines.append(f"  {f'{parameter.name}{default}':<24} {expected}".rstrip())
    return lines if len(lines) > 1 else [*lines, "  no knobs"]


def _shelves() -> dict[str, Registry[Any]]:
    """Return the registries by what they hold."""
    from lazyartist.attacks import ATTACKS
    from lazyartist.attribution import MAPS
    from lazyartist.clinic import CASES, REMEDIES
    from lazyartist.data import DATASETS
    from lazyartist.data.lies import LIES
    from lazyartist.latents import CODERS, LATENTS
    from lazyartist.networks import NETWORKS
    from lazyartist.sae import SAES
    from lazyartist.strategies import STRATEGIES

    return {
        "studies": STUDIES,
        "datasets": DATASETS,
        "lies (mnist:bias=NAME)": LIES,
        "networks": NETWORKS,
        "strategies": STRATEGIES,
        "maps": MAPS,
        "attacks": ATTACKS,
        "sparse autoencoders": SAES,
        "ways to learn latents": LATENTS,
        "coders of latents": CODERS,
        "cases of the clinic": CASES,
        "remedies": REMEDIES,
        "figures": FIGURES,
    }


def run_command(options: argparse.Namespace) -> int:
    """Measure a study; write its rows, tables and figures; show the table."""
    STUDIES.configured(options.study)  # a wrong name is said before torch is imported
    _check_cluster(options)

    from lazyartist.networks import build
    from lazyartist.progress import progress_bar
    from lazyartist.strategies import STRATEGIES
    from lazyartist.studies.cluster import connected
    from lazyartist.studies.runner import draw_pictures, run_study

    for name in options.strategies:
        STRATEGIES.build(name)
    for name in options.networks:
        build(name, 2, 0)  # a knob out of range is said before any data are fetched
    budget = {"epochs": options.epochs, "batch_size": options.batch_size, "learning_rate": options.learning_rate}
    chosen = {
        "datasets": options.datasets,
        "networks": options.networks,
        "strategies": options.strategies,
        "cases": options.cases,
        "remedies": options.remedies,
        "seeds": options.seeds,
        "budget": {name: value for name, value in budget.items() if value is not None},
    }
    study = STUDIES.build(options.study, **{name: value for name, value in chosen.items() if value})
    runs = study.runs()
    need_room(options.results)
    for dataset in dict.fromkeys(run.dataset for run in runs if hasattr(run, "dataset")):
        make(dataset)  # once here, so that the processes find it in the cache
    records = options.results / "records"
    how = {"jobs": options.jobs or 2, "fresh": options.fresh, "models": options.models}
    with (
        connected(options.backend, options.scheduler) if options.backend else nullcontext(),
        progress_bar(study.name, len(runs)) as progress,
    ):
        rows = run_study(study, records, **how, progress=progress)
    if options.backend and not options.models and study.name in PICTURES:
        print("no pictures: they are drawn of models, which --models brings here")
    else:
        for path in draw_pictures(study, options.results):
            print(f"drawn: {path}")
    publish(options.results, [study.name])
    path = records / f"{study.name}.jsonl"
    networks = {(row.at.get("dataset"), row.at.get("network")) for row in rows}
    peers = [row for row in read_rows(path) if (row.at.get("dataset"), row.at.get("network")) in networks]
    show(tables_of(study.name, peers))
    print(f"{len(runs)} runs, {len(rows)} rows in {path}; the table shows all it has of these datasets and networks.")
    return OK


def _check_cluster(options: argparse.Namespace) -> None:
    """Refuse options that say nothing without each other, or against each other."""
    if options.backend is None and (options.scheduler or options.models):
        name = "--scheduler" if options.scheduler else "--models"
        raise ValueError(f"{name} is for a cluster: say which, --backend dask or --backend ray")
    if options.backend and options.jobs:
        raise ValueError(
            f"--jobs {options.jobs} is for this machine: a cluster has as many jobs as workers; leave it out"
        )


def show(tables: Sequence[Table]) -> None:
    """Print tables."""
    for table in tables:
        print(table.text())


def table_command(options: argparse.Namespace) -> int:
    """Print tables again, and write them."""
    recorded = sorted(path.stem for path in (options.results / "records").glob("*.jsonl"))
    if options.study and options.study not in recorded:
        raise unknown("study with records", options.study, recorded or ["none: `lazyartist run` makes some"])
    for document in options.fill:
        _fill(document, options.results)
    shown = False
    for study in [options.study] if options.study else recorded:
        if rows := read_rows(options.results / "records" / f"{study}.jsonl"):
            show(tables_of(study, rows))
            shown = True
    if not shown:
        print(f"no rows under {options.results / 'records'}: `lazyartist run` makes some", file=sys.stderr)
        return UNUSABLE
    try:
        publish(options.results, figures=False)
    except PermissionError as error:
        print(f"lazyartist: the tables are shown but not written: {error}", file=sys.stderr)
    return OK


def _fill(document: Path, results: Path) -> None:
    """Fill a document's blocks; its line ends stay as they are."""
    text = document.read_bytes().decode("utf-8")
    windows = "\r\n" in text
    filled = fill_blocks(text.replace("\r\n", "\n"), results)
    write_bytes(document, (filled.replace("\n", "\r\n") if windows else filled).encode())


def gate_command(options: argparse.Namespace) -> int:
    """Judge what was measured by the baseline, or bless it."""
    from lazyartist.reporting.gate import judge, read_baseline, words, write_baseline

    fresh = recorded_rows(options.results)
    if options.bless:
        print(f"blessed {write_baseline(options.baseline, fresh)} groups: {options.baseline}")
        return OK
    verdict = judge(fresh, read_baseline(options.baseline))
    if verdict.fell or verdict.rose:
        print(verdict.table().text())
    for group in verdict.missing:
        print("missing:", "; ".join(words(group)))
    print(verdict.sentence(options.baseline))
    return verdict.exit_code


def data_command(options: argparse.Namespace) -> int:
    """Fetch and verify datasets; draw how they are painted."""
    from lazyartist.data.sources import data_root

    if options.picture:
        need_room(options.picture.parent)
    for name in options.datasets or ("mnist", "fashion"):
        task = make(name)
        splits = {"train": task.train, "easy": task.easy, "test": task.test}
        counts = ", ".join(f"{split} {len(images):,}" for split, images in splits.items())
        print(f"{name}: {counts} images; what was fetched is verified and lies in {data_root()}")
    if options.picture:
        from lazyartist.reporting.figure import save
        from lazyartist.studies.lazy.dataset_figure import split_pictures
        from lazyartist.studies.lazy.figures import dataset_figure

        task = make((options.datasets or ["mnist"])[0])
        palette = getattr(task.train.images, "palette", None)
        words = palette.words if palette else None
        titles = [f"{k}: {words[k]}" if words else f"{task.train.target} {k}" for k in range(task.train.classes)]
        save(lambda: dataset_figure(split_pictures(task), titles), options.picture)
        print(f"drawn: {options.picture}")
    return OK


def make(dataset: str) -> Any:
    """Return the task of a dataset, fetched if need be."""
    from lazyartist.data.make import make_task

    return make_task(dataset)
