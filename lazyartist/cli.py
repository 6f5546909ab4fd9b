"""The command line: `lazyartist list | run | table | gate | data | probe | attack`."""

from __future__ import annotations

import argparse
import io
import logging
import sys

from pathlib import Path
from typing import TYPE_CHECKING

from lazyartist import __version__, commands
from lazyartist.data.fetch import DataError
from lazyartist.registry import UnknownNameError


if TYPE_CHECKING:
    from collections.abc import Sequence


INTERRUPTED = 130


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
        return commands.UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lazyartist",
        description="Catch a neural network cheating, see how it cheats, cure it, and prove the cure.",
        epilog="Exit codes: 0 done; 1 the gate found a regression; 2 cannot be done, or rows are missing.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")

    every = parsers.add_parser("list", help="what there is: studies, strategies, attacks, networks, datasets")
    every.set_defaults(command=commands.list_command)

    run = parsers.add_parser("run", help="measure a study and write its rows, tables and figures")
    run.set_defaults(command=commands.run_command)
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

    table = parsers.add_parser("table", help="print the tables of what was measured, and write them again")
    table.set_defaults(command=commands.table_command)
    table.add_argument("study", nargs="?", help="one study only")
    table.add_argument("--readme", type=Path, metavar="FILE", help="fill this README's tables")
    _add_results(table)

    gate = parsers.add_parser("gate", help="compare what was measured with the blessed baseline")
    gate.set_defaults(command=commands.gate_command)
    gate.add_argument("--baseline", type=Path, default=Path("results/baseline.json"), metavar="FILE")
    gate.add_argument("--bless", action="store_true", help="make what was measured the new baseline")
    _add_results(gate)

    data = parsers.add_parser("data", help="fetch and verify datasets, say where they are, draw how they are painted")
    data.set_defaults(command=commands.data_command)
    data.add_argument("datasets", nargs="*", help="default: mnist fashion")
    data.add_argument("--picture", type=Path, metavar="SVG", help="draw the splits of the first dataset")

    probe = parsers.add_parser("probe", help="what a model of yours follows, where it looks, what its units see")
    probe.set_defaults(command=commands.probe_command)
    probe.add_argument("--model", type=Path, required=True, metavar="FILE", help="weights.safetensors or network.pt2")
    probe.add_argument("--network", metavar="NAME", help="of the weights, such as simple_cnn:width=16")
    probe.add_argument("--layer", metavar="NAME", help="where Grad-CAM looks; default: the last that puts out maps")
    probe.add_argument("--dataset", default="mnist", metavar="NAME", help="whose test images; default: mnist")

    attack = parsers.add_parser("attack", help="how much noise a model of yours takes: proven from below, found above")
    attack.set_defaults(command=commands.attack_command)
    attack.add_argument("--model", type=Path, required=True, metavar="FILE", help="weights.safetensors or network.pt2")
    attack.add_argument("--network", metavar="NAME", help="of the weights, such as simple_cnn:width=16")
    attack.add_argument("--from", type=int, required=True, dest="source", metavar="CLASS", help="what the images show")
    attack.add_argument("--to", type=int, required=True, dest="target", metavar="CLASS", help="what it is to say")
    attack.add_argument("--dataset", default="mnist", metavar="NAME", help="whose test images; default: mnist")
    attack.add_argument("--images", type=_positive, default=50, metavar="N", help="how many; default: 50")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a positive number, got {text!r}")
    return int(text)


def _add_results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", type=Path, default=Path("results"), metavar="DIR", help="default: results")
