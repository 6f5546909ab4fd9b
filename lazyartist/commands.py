"""What the commands of the command line do; `cli.py` reads their options."""

from __future__ import annotations

import argparse
import sys

from typing import TYPE_CHECKING, Any

from lazyartist.data.sources import DATASETS
from lazyartist.files import write_text
from lazyartist.registry import Registry, unknown
from lazyartist.reporting.publish import fill_readme, publish, recorded_rows
from lazyartist.reporting.row import read_rows
from lazyartist.reporting.tables import RENDERERS


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.reporting.table import Table

OK, UNUSABLE = 0, 2


def list_command(options: argparse.Namespace) -> int:
    """Print what there is."""
    del options
    from lazyartist.attacks import ATTACKS
    from lazyartist.sae import SAES
    from lazyartist.networks import NETWORKS
    from lazyartist.strategies import STRATEGIES
    from lazyartist.studies import STUDIES

    shelves: dict[str, Registry[Any]] = {
        "studies": STUDIES,
        "strategies": STRATEGIES,
        "attacks": ATTACKS,
        "autoencoders": SAES,
        "networks": NETWORKS,
    }
    for title, registry in shelves.items():
        print(title)
        for name, entry in sorted(registry.entries().items()):
            print(f"  {name:<20} {entry.summary}{f' [{entry.source}]' if entry.source else ''}")
        print()
    print("datasets")
    for name, summary in sorted(DATASETS.items()):
        print(f"  {name:<20} {summary}")
    return OK


def run_command(options: argparse.Namespace) -> int:
    """Measure a study; write its rows, tables and figures; show the table."""
    from lazyartist.studies import STUDIES

    study = STUDIES[options.study]()

    from lazyartist.data.sources import load
    from lazyartist.networks import factory
    from lazyartist.progress import progress_bar
    from lazyartist.strategies import STRATEGIES
    from lazyartist.studies.runner import illustrate_study, run_study

    for name in options.strategies:
        STRATEGIES.build(name)
    for name in options.models:
        factory(name)
    knobs = {"epochs": options.epochs, "batch_size": options.batch_size, "learning_rate": options.learning_rate}
    runs = study.runs(
        datasets=options.datasets,
        models=options.models,
        strategies=options.strategies,
        seeds=range(options.seeds),
        budget={name: value for name, value in knobs.items() if value is not None},
    )
    for dataset in dict.fromkeys(run.dataset for run in runs):
        load(dataset)  # once here, so that the processes find it in the cache
    with progress_bar(study.name, len(runs)) as progress:
        rows = run_study(
            study, runs, options.results / "records", jobs=options.jobs, fresh=options.fresh, progress=progress
        )
    for path in illustrate_study(study, runs, options.results):
        print(f"drawn: {path}")
    publish(options.results)
    path = options.results / "records" / f"{study.name}.jsonl"
    settings = {(row.dataset, row.task, row.model, row.budget) for row in rows}
    peers = [row for row in read_rows(path) if (row.dataset, row.task, row.model, row.budget) in settings]
    _show(RENDERERS[study.name](peers))
    print(f"{len(runs)} runs, {len(rows)} rows in {path}; the table shows all that it holds of the same setting.")
    return OK


def _show(tables: Sequence[Table]) -> None:
    for table in tables:
        print(table.text())


def table_command(options: argparse.Namespace) -> int:
    """Print tables again, and write them."""
    if options.study and options.study not in RENDERERS:
        raise unknown("table", options.study, RENDERERS)
    if options.readme:
        text = options.readme.read_text(encoding="utf-8")
        write_text(options.readme, fill_readme(text, recorded_rows(options.results)))
    shown = False
    for study in [options.study] if options.study else RENDERERS:
        if rows := read_rows(options.results / "records" / f"{study}.jsonl"):
            _show(RENDERERS[study](rows))
            shown = True
    if not shown:
        print(f"no rows under {options.results / 'records'}: `lazyartist run` makes some", file=sys.stderr)
        return UNUSABLE
    publish(options.results, figures=False)
    return OK


def gate_command(options: argparse.Namespace) -> int:
    """Judge what was measured by the baseline, or bless it."""
    from lazyartist.reporting.gate import judge, read_baseline, write_baseline

    fresh = recorded_rows(options.results)
    if options.bless:
        print(f"blessed {write_baseline(options.baseline, fresh)} rows: {options.baseline}")
        return OK
    verdict = judge(fresh, read_baseline(options.baseline))
    if verdict.fell or verdict.rose:
        print(verdict.table().text())
    for group in verdict.missing:
        print("missing:", ", ".join(group))
    if verdict.exit_code == UNUSABLE:
        print(
            f"The gate cannot judge: {len(verdict.missing)} groups of {options.baseline} have no fresh rows, "
            f"{verdict.compared} were compared. `pytest -m acceptance` measures them."
        )
    elif verdict.fell:
        print(f"{len(verdict.fell)} of {verdict.compared} groups fell beyond the noise of their seeds.")
    else:
        print(f"Nothing fell in {verdict.compared} groups.", end=" ")
        print("Some rose: `lazyartist gate --bless` raises the baseline." if verdict.rose else "")
    return verdict.exit_code


def data_command(options: argparse.Namespace) -> int:
    """Fetch and verify datasets; draw how they are painted."""
    from lazyartist.data.sources import data_root, load

    for name in options.datasets or ("mnist", "fashion"):
        grey = load(name)
        counts = f"{len(grey.train_labels):,} + {len(grey.test_labels):,} images"
        print(f"{name}: {counts}, verified, {'in scikit-learn' if name == 'digits' else f'in {data_root()}'}")
    if options.picture:
        from lazyartist.data.task import make_task
        from lazyartist.reporting.figures import canvas, save
        from lazyartist.studies.lazy.dataset_figure import pictures

        task = make_task((options.datasets or ["mnist"])[0])
        save(lambda: canvas(pictures(task), task.train.palette.words), options.picture)
        print(f"drawn: {options.picture}")
    return OK


def probe_command(options: argparse.Namespace) -> int:
    """Print the portrait of somebody's own model."""
    from lazyartist.data.task import make_task
    from lazyartist.networks.load import load_model
    from lazyartist.studies.inspection.model_report import portrait

    model = load_model(options.model, options.network)
    _show([portrait(model, make_task(options.dataset), options.layer)])
    return OK


def attack_command(options: argparse.Namespace) -> int:
    """Print how much noise somebody's own model takes: found from above, proven from below."""
    import torch

    from lazyartist.certify.crown import Certified
    from lazyartist.certify.trace import NoBoundsError
    from lazyartist.attacks.fmn import FMN
    from lazyartist.attacks.criterion import TargetedConfidence
    from lazyartist.attacks.gradient_masking import gradient_masking
    from lazyartist.criteria import ATTACK_EPSILON
    from lazyartist.data.task import make_task
    from lazyartist.inference import evaluating
    from lazyartist.networks.load import load_model

    model = load_model(options.model, options.network)
    test = make_task(options.dataset).hard["other"]
    for name, given in (("--from", options.source), ("--to", options.target)):
        if given not in range(test.classes):
            there = f"{options.dataset} has the classes 0 to {test.classes - 1}"
            raise ValueError(f"{name} {given}: {there}; give one of them")
    if options.source == options.target:
        raise ValueError(
            f"--from {options.source} --to {options.target}: to name an image right is no success of an attack; "
            "give two classes"
        )
    shown = (test.labels == options.source).nonzero()[: options.images, 0]
    labels = test.labels[shown]
    # in their own class's colour: in another, a model that reads colour errs before any noise
    images = test.render(shown, labels)
    criterion = TargetedConfidence(torch.full_like(labels, options.target), labels=labels)
    with evaluating(model), torch.no_grad():
        answers = model(images).argmax(1)
    print(f"{len(shown)} test images of {options.dataset} that show a {options.source};", end=" ")
    print(f"{int((answers == labels).sum())} are named so without noise", end="")
    left = answers != options.target  # a mistake is no attack's success
    print("" if left.all() else f", {int((~left).sum())} are called a {options.target} already and left out")
    if not left.any():
        return OK
    images, criterion = images[left], criterion.at(left)
    found = FMN()(model, images, criterion)
    print(f"made a {options.target}, over {criterion.confidence:.0%} sure; largest change of a pixel, median:")
    print(f"  found   {float(found.distance.median()):.4f}", end="")
    print(f"  within {ATTACK_EPSILON:g}: {int((found.distance < ATTACK_EPSILON).sum())}")
    try:
        print(f"  proven  {float(Certified()(model, images, criterion).median()):.4f}  no noise up to here does it")
    except NoBoundsError as error:
        print(f"  proven  nothing: {error}")
    if suspicious := gradient_masking(model, images, criterion):
        print(f"suspicious: {suspicious}")
    return OK
