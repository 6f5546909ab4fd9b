"""What each command takes: names, defaults and help."""

from __future__ import annotations

import argparse

from pathlib import Path

from lazyartist import __version__, commands, report_commands
from lazyartist.shared_arguments import add_device, add_model, add_results, names, port, positive, seed


def command_line() -> argparse.ArgumentParser:
    """Return the parser of `lazyartist`; the function that a command calls stands in `command`."""
    parser = argparse.ArgumentParser(
        prog="lazyartist",
        description="Catch a neural network cheating, see how it cheats, cure it, and prove the cure.",
        epilog="Exit codes: 0 done; 1 a regression, or a threshold missed; 2 it cannot be done or judged; "
        "130 and 143 stopped.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--debug", action="store_true", help="Show the whole traceback of an error.")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_list(parsers)
    _add_run(parsers)
    _add_table(parsers)
    _add_gate(parsers)
    _add_report(parsers)
    _add_data(parsers)
    _add_probe(parsers)
    _add_attack(parsers)
    _add_check(parsers)
    _add_latents(parsers)
    _add_clinic(parsers)
    _add_page(parsers)
    return parser


def _add_list(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Print what there is: studies, datasets, lies, networks, strategies, maps, attacks, latents, cases, ..."
    shelf = parsers.add_parser("list", help=words, description=words)
    shelf.set_defaults(command=commands.list_command)
    shelf.add_argument(
        "name", nargs="?", help="One thing, to see its knobs and their ranges, or one kind, such as lies. Default: all."
    )


def _add_run(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Measure a study, and write its rows, tables and figures."
    run = parsers.add_parser("run", help=words, description=words)
    run.set_defaults(command=commands.run_command)
    run.add_argument("study", help="Name of the study, with knobs behind it if you like: noise:sevens=50.")
    own = "Default: the study's own."
    run.add_argument("--datasets", type=names, default=(), metavar="A,B", help=f"Datasets to run on. {own}")
    run.add_argument("--networks", type=names, default=(), metavar="A,B", help=f"Networks to train. {own}")
    run.add_argument("--strategies", type=names, default=(), metavar="A,B", help=f"Ways to train them. {own}")
    run.add_argument("--cases", type=names, default=(), metavar="A,B", help=f"Cases of the clinic. {own}")
    run.add_argument("--remedies", type=names, default=(), metavar="A,B", help=f"How to treat them. {own}")
    run.add_argument("--seeds", type=positive, default=0, metavar="N", help=f"Number of seeds to run. {own}")
    run.add_argument("--jobs", type=positive, metavar="N", help="Processes of one thread each. Default: 2.")
    run.add_argument(
        "--backend", choices=("dask", "ray"), help="Let the workers of a cluster measure, not this machine."
    )
    run.add_argument("--scheduler", metavar="ADDRESS", help="Where the cluster's scheduler listens: tcp://HOST:8786.")
    run.add_argument("--models", action="store_true", help="Bring here what a cluster's workers train, too.")
    run.add_argument("--epochs", type=float, help="Train every strategy for so many epochs.")
    run.add_argument("--batch-size", type=positive, help="Train every strategy with batches of this size.")
    run.add_argument("--learning-rate", type=float, help="Train every strategy with this learning rate.")
    add_device(run)
    run.add_argument(
        "--fresh",
        action="store_true",
        help="Measure again what the records already hold; what was trained comes from the store.",
    )
    add_results(run)


def _add_table(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Print the tables of what was measured, and write them again."
    table = parsers.add_parser("table", help=words, description=words)
    table.set_defaults(command=commands.table_command)
    table.add_argument("study", nargs="?", help="Name of the one study to print. Default: all that have records.")
    table.add_argument(
        "--fill", "--readme", type=Path, action="append", default=[], metavar="FILE",
        help="Write the tables into this document's blocks, <!-- table: STUDY --> to <!-- end -->. May be repeated.",
    )  # fmt: skip
    add_results(table)


def _add_gate(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Compare what was measured with the blessed baseline."
    gate = parsers.add_parser("gate", help=words, description=words)
    gate.set_defaults(command=commands.gate_command)
    baseline = Path("results/baseline.json")
    gate.add_argument(
        "--baseline", type=Path, default=baseline, metavar="FILE", help=f"The baseline. Default: {baseline}."
    )
    gate.add_argument("--bless", action="store_true", help="Make what was measured the new baseline.")
    add_results(gate)


def _add_report(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Write everything that was measured as one HTML page: tables, figures, criteria, what changed."
    report = parsers.add_parser("report", help=words, description=words)
    report.set_defaults(command=report_commands.report_command)
    output = Path("report.html")
    report.add_argument("--output", type=Path, default=output, metavar="FILE", help=f"The page. Default: {output}.")
    report.add_argument(
        "--baseline", type=Path, metavar="FILE", help="What is compared with. Default: baseline.json of the results."
    )
    add_results(report)


def _add_data(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Fetch and verify datasets, say where they are, and draw how they are painted."
    data = parsers.add_parser("data", help=words, description=words)
    data.set_defaults(command=commands.data_command)
    data.add_argument("datasets", nargs="*", help="Names of datasets. Default: mnist fashion.")
    data.add_argument(
        "--picture", type=Path, metavar="FILE", help="Draw the splits of the first dataset, as SVG or PNG."
    )


def _add_probe(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Print what a model of yours follows, where it looks, and what its units see."
    probe = parsers.add_parser("probe", help=words, description=words)
    probe.set_defaults(command=report_commands.probe_command)
    add_model(probe)
    probe.add_argument(
        "--layer", metavar="NAME", help="Layer of the Grad-CAM map. Default: the last that puts out maps."
    )


def _add_attack(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Print how much noise a model of yours takes: found from above, proven from below."
    attack = parsers.add_parser("attack", help=words, description=words)
    attack.set_defaults(command=report_commands.attack_command)
    add_model(attack)
    attack.add_argument("--from", type=int, required=True, dest="source", metavar="CLASS", help="Class of the images.")
    attack.add_argument(
        "--to", type=int, required=True, dest="target", metavar="CLASS", help="Target class of the attack."
    )
    attack.add_argument("--images", type=positive, default=50, metavar="N", help="Number of images. Default: 50.")


def _add_check(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Check whether a model leans on a shortcut: every group's accuracy, what it follows, what noise it takes."
    check = parsers.add_parser("check", help=words, description=words)
    check.set_defaults(command=report_commands.check_command)
    add_model(check, or_strategy=True)
    check.add_argument(
        "--worst-group", type=float, metavar="SHARE", help="Accuracy that every group must have: 0.7. Default: none."
    )
    check.add_argument(
        "--witnesses", action="store_true", help="Also ask two small networks if the images have an unnamed shortcut."
    )
    check.add_argument("--page", type=Path, metavar="FILE", help="Write an HTML page with pictures.")


def _add_latents(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Learn latents of your images, print which images are odd and why, and write a page of them."
    latents = parsers.add_parser("latents", help=words, description=words)
    latents.set_defaults(command=report_commands.latents_command)
    latents.add_argument(
        "--data", required=True, metavar="NAME",
        help="The images: folder:PATH, with size=32 behind it if you like; or the name of a dataset.",
    )  # fmt: skip
    latents.add_argument(
        "--variant", default="circle_vae:lines=10", metavar="NAME", help="Way to learn them. Default: %(default)s."
    )
    latents.add_argument("--latents", type=positive, default=10, metavar="N", help="How many. Default: 10.")
    latents.add_argument("--steps", type=positive, default=3000, metavar="N", help="Of training. Default: 3000.")
    add_device(latents)
    latents.add_argument("--seed", type=seed, default=0, metavar="N", help="Of the training. Default: 0.")
    latents.add_argument(
        "--page", type=Path, default=Path("odd_images.html"), metavar="FILE", help="The page. Default: %(default)s."
    )


def _add_clinic(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Treat one of the broken models, and tell what came of it; without a case, print which there are."
    clinic = parsers.add_parser("clinic", help=words, description=words)
    clinic.set_defaults(command=report_commands.clinic_command)
    clinic.add_argument("case", nargs="?", help="Name of the case, with knobs if you like: forgetting:data=digits.")
    clinic.add_argument("--remedy", metavar="NAME", help="How to treat it. Default: the best that is known here.")
    add_device(clinic)
    clinic.add_argument("--seed", type=seed, default=0, metavar="N", help="Of data, defect and treatment. Default: 0.")
    add_results(clinic)


def _add_page(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "Open a page to draw on: what each model answers, where it looks, what fools it, and its dials."
    page = parsers.add_parser("page", help=words, description=words)
    page.set_defaults(command=report_commands.page_command)
    page.add_argument("--data", "--dataset", default="mnist", metavar="NAME", dest="dataset",
        help="Strokes that models are trained on: mnist, fashion, or digits, which need no fetching. Default: mnist.",
    )  # fmt: skip
    page.add_argument(
        "--strategies",
        type=names,
        metavar="A,B",
        help="Ways to train the models. Default: a liar, plain, two cures.",
    )
    page.add_argument(
        "--model", type=Path, action="append", default=[], metavar="FILE", help="A model by file. May be repeated."
    )
    page.add_argument("--network", default="simple_cnn", metavar="NAME", help="Network. Default: %(default)s.")
    page.add_argument("--trust", action="store_true", help="Load .pt2 files, which may run any code of their author's.")
    add_device(page)
    page.add_argument("--seed", type=seed, default=0, metavar="N", help="Of data and training. Default: 0.")
    page.add_argument("--host", default="127.0.0.1", metavar="NAME", help="Address to listen at. Default: %(default)s.")
    page.add_argument("--port", type=port, default=0, metavar="N", help="Default: any that is free.")
    page.add_argument("--no-browser", action="store_true", help="Do not open the browser.")
    add_results(page)
