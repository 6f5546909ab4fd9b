"""The command line: `lazyartist list | run | table | gate | data | probe`."""

from __future__ import annotations

import argparse
import io
import logging
import sys

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lazyartist import __version__
from lazyartist.data.sources import DATASETS
from lazyartist.data.ways import DataError
from lazyartist.files import write_text
from lazyartist.registry import Registry, UnknownNameError, unknown
from lazyartist.reporting.publish import fill_readme, publish, recorded_rows
from lazyartist.reporting.row import read_rows
from lazyartist.reporting.tables import RENDERERS


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.reporting.table import Table

OK, FELL, UNUSABLE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0: done. 1: the gate found that something fell. 2: the command cannot be carried out, or rows are missing.
    130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # arrows and intervals, whatever the pipe was set to
    logging.basicConfig(level=logging.WARNING, format="lazyartist: %(message)s")
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except KeyboardInterrupt:
        print("\nInterrupted. What was measured is kept; the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED
    except (DataError, UnknownNameError, ValueError, ArithmeticError, SyntaxError, OSError) as error:
        print(f"lazyartist: {error}", file=sys.stderr)
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lazyartist",
        description="Catch a neural network cheating, see how it cheats, cure it, and prove the cure.",
        epilog="Exit codes: 0 done; 1 the gate found a regression; 2 cannot be done, or rows are missing.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    every = commands.add_parser("list", help="what there is: studies, strategies, attacks, networks, datasets")
    every.set_defaults(command=_list)

    run = commands.add_parser("run", help="measure a study and write its rows, tables and figures")
    run.set_defaults(command=_run)
    run.add_argument("study", help="lazy, cures, noise, …: see `lazyartist list`")
    run.add_argument("--datasets", type=_names, default=(), metavar="A,B", help="default: those of the study")
    run.add_argument("--models", type=_names, default=("simple_cnn",), metavar="A,B", help="default: simple_cnn")
    run.add_argument("--strategies", type=_names, default=(), metavar="A,B", help="default: those of the study")
    run.add_argument(
        "--seeds", type=_positive, default=0, metavar="N", help="seeds 0 to N-1; default: those of the study"
    )
    run.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes of one thread each; default: 2")
    run.add_argument("--epochs", type=float, help="another length of training, for every strategy alike")
    run.add_argument("--batch-size", type=_positive, help="another batch size, for every strategy alike")
    run.add_argument("--learning-rate", type=float, help="another learning rate, for every strategy alike")
    run.add_argument("--fresh", action="store_true", help="measure again what the records already hold")
    _add_results(run)

    table = commands.add_parser("table", help="print the tables of what was measured, and write them again")
    table.set_defaults(command=_table)
    table.add_argument("study", nargs="?", help="one study only")
    table.add_argument("--readme", type=Path, metavar="FILE", help="fill this README's tables")
    _add_results(table)

    gate = commands.add_parser("gate", help="compare what was measured with the blessed baseline")
    gate.set_defaults(command=_gate)
    gate.add_argument("--baseline", type=Path, default=Path("results/baseline.json"), metavar="FILE")
    gate.add_argument("--bless", action="store_true", help="make what was measured the new baseline")
    _add_results(gate)

    data = commands.add_parser("data", help="fetch and verify datasets, say where they are, draw how they are painted")
    data.set_defaults(command=_data)
    data.add_argument("datasets", nargs="*", help="default: mnist fashion")
    data.add_argument("--picture", type=Path, metavar="SVG", help="draw the splits of the first dataset")

    probe = commands.add_parser("probe", help="what a model of yours follows, where it looks, what its units see")
    probe.set_defaults(command=_probe)
    probe.add_argument("--model", type=Path, required=True, metavar="FILE", help="weights.safetensors or network.pt2")
    probe.add_argument("--network", metavar="NAME", help="of the weights, such as simple_cnn:width=16")
    probe.add_argument("--layer", metavar="NAME", help="where Grad-CAM looks; default: the last that puts out maps")
    probe.add_argument("--dataset", default="mnist", metavar="NAME", help="whose test images; default: mnist")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a positive number, got {text!r}")
    return int(text)


def _add_results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", type=Path, default=Path("results"), metavar="DIR", help="default: results")


def _list(options: argparse.Namespace) -> int:
    del options
    from lazyartist.attacks import ATTACKS
    from lazyartist.autoencoders import AUTOENCODERS
    from lazyartist.models import MODELS
    from lazyartist.strategies import STRATEGIES
    from lazyartist.studies import STUDIES

    shelves: dict[str, Registry[Any]] = {
        "studies": STUDIES,
        "strategies": STRATEGIES,
        "attacks": ATTACKS,
        "autoencoders": AUTOENCODERS,
        "networks": MODELS,
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


def _run(options: argparse.Namespace) -> int:
    from lazyartist.studies import STUDIES

    study = STUDIES[options.study]()

    from lazyartist.data.sources import load
    from lazyartist.models import factory
    from lazyartist.progress import progress_bar
    from lazyartist.strategies import configured
    from lazyartist.studies.runner import run_study

    for name in options.strategies:
        configured(name)
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


def _table(options: argparse.Namespace) -> int:
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


def _gate(options: argparse.Namespace) -> int:
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


def _data(options: argparse.Namespace) -> int:
    from lazyartist.data.sources import data_root, load

    for name in options.datasets or ("mnist", "fashion"):
        grey = load(name)
        counts = f"{len(grey.train_labels):,} + {len(grey.test_labels):,} images"
        print(f"{name}: {counts}, verified, {'in scikit-learn' if name == 'digits' else f'in {data_root()}'}")
    if options.picture:
        from lazyartist.data.task import make_task
        from lazyartist.reporting.figures import canvas, save
        from lazyartist.studies.canvas import pictures

        task = make_task((options.datasets or ["mnist"])[0])
        save(lambda: canvas(pictures(task), task.train.palette.words), options.picture)
        print(f"drawn: {options.picture}")
    return OK


def _probe(options: argparse.Namespace) -> int:
    from lazyartist.data.task import make_task
    from lazyartist.models.load import load_model
    from lazyartist.studies.portrait import portrait

    model = load_model(options.model, options.network)
    _show([portrait(model, make_task(options.dataset), options.layer)])
    return OK
