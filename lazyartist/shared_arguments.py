"""Arguments that several commands take, and the kinds of values."""

from __future__ import annotations

import argparse

from pathlib import Path


def add_model(parser: argparse.ArgumentParser, *, or_strategy: bool = False) -> None:
    """Take a model by its file, or by a strategy if that will do, and the data that it is asked about."""
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--model", type=Path, metavar="FILE", help="Weights (.safetensors) or a network (.pt2).")
    if or_strategy:
        group.add_argument(
            "--strategy", metavar="NAME", help="Or a way to train: its model comes from the store, or is trained now."
        )
        parser.add_argument("--epochs", type=float, help="How long a strategy trains. Default: as in `run cures`.")
        parser.add_argument("--seed", type=seed, default=0, metavar="N", help="Of a strategy's model. Default: 0.")
    add_device(parser)
    parser.add_argument(
        "--network", metavar="NAME",
        help="Network that the weights belong to: simple_cnn:width=16, or one of your own: my_module:make.",
    )  # fmt: skip
    parser.add_argument(
        "--trust", action="store_true", help="Load a .pt2 file, which may run any code of its author's."
    )
    parser.add_argument(
        "--data", "--dataset", default="mnist", metavar="NAME", dest="dataset",
        help="Dataset whose test images are shown, with knobs if you like: mnist:where=background. Default: mnist.",
    )  # fmt: skip


def add_device(parser: argparse.ArgumentParser) -> None:
    """Take where to compute."""
    parser.add_argument(
        "--device", metavar="NAME",
        help="Where to compute: cpu, cuda, cuda:1, mps, xpu, or auto for the first that there is. "
        "Default: the variable LAZYARTIST_DEVICE, or cpu.",
    )  # fmt: skip


def names(text: str) -> tuple[str, ...]:
    """Return names that stand between commas, each once."""
    found = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not found:
        raise argparse.ArgumentTypeError(f"expected names with commas between them, got {text!r}")
    return found


def positive(text: str) -> int:
    """Return a whole number from 1 to a million."""
    if not (text.isascii() and text.isdecimal() and len(text) < 8) or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to a million, got {text!r}")
    return int(text)


def seed(text: str) -> int:
    """Return a whole number from 0 on."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, got {text!r}")
    return int(text)


def add_results(parser: argparse.ArgumentParser) -> None:
    """Take the folder of results."""
    parser.add_argument(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="Folder of records, tables and figures. Default: results.",
    )


def port(text: str) -> int:
    """Return the number of a port."""
    if not (text.isascii() and text.isdecimal() and len(text) < 6) or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text!r}")
    return int(text)
