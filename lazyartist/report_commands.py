"""What the commands do that report on one thing: a model, the images of a folder, a case of the clinic."""

from __future__ import annotations

import argparse
import os
import sys

from typing import TYPE_CHECKING

from lazyartist.commands import OK, make, show
from lazyartist.files import need_room, write_text


if TYPE_CHECKING:
    from pathlib import Path


PAGE_NEEDS = ("fastapi", "uvicorn", "starlette", "pydantic")


def probe_command(options: argparse.Namespace) -> int:
    """Print what somebody's own model follows, looks at and sees."""
    from lazyartist.networks.load import load_model
    from lazyartist.studies.inspection.model_report import model_report

    model = load_model(options.model, options.network, trust=options.trust)
    show([model_report(model, make(options.dataset), options.layer)])
    return OK


def attack_command(options: argparse.Namespace) -> int:
    """Print how much noise somebody's own model takes."""
    from lazyartist.networks.load import load_model
    from lazyartist.studies.noise.attack_report import attack_report

    model = load_model(options.model, options.network, trust=options.trust)
    for line in attack_report(model, make(options.dataset), options.source, options.target, options.images):
        print(line)
    return OK


def check_command(options: argparse.Namespace) -> int:
    """Check whether a model leans on a shortcut."""
    if options.page is not None:
        _need_folder(options.page)

    from lazyartist.networks.load import load_model
    from lazyartist.studies.classifiers import Run
    from lazyartist.studies.cures.cures import CuresStudy
    from lazyartist.studies.inspection.shortcut import check_share, check_shortcut
    from lazyartist.studies.inspection.shortcut_page import shortcut_page
    from lazyartist.studies.runner import one_thread
    from lazyartist.training.store import Store

    check_share(options.worst_group)
    task = make(options.dataset)
    with one_thread():
        if options.model is not None:
            model = load_model(options.model, options.network, trust=options.trust)
        else:
            chosen = {} if options.epochs is None else {"epochs": options.epochs}
            budget = CuresStudy(strategies=(options.strategy,), budget=chosen).budget_of(options.strategy)
            network = options.network or CuresStudy.default_networks[0]
            model = Run(options.dataset, network, options.strategy, options.seed, budget).train(Store()).model
        report = check_shortcut(model, task, worst_group=options.worst_group)
        show([report.table()])
        print("\n".join(report.lines()))
        if options.page is not None:
            write_text(options.page, shortcut_page(model, report))
            print(f"page: {options.page}")
        if options.witnesses:
            from lazyartist.studies.zoo.witnesses import witness_lines

            print("\n".join(witness_lines(task, options.seed)))
    return report.exit_code


def report_command(options: argparse.Namespace) -> int:
    """Write everything that was measured as one page."""
    _need_folder(options.output)

    from lazyartist.reporting.report import report

    write_text(options.output, page := report(options.results, options.baseline))
    print(f"report: {options.output}, {len(page.encode()) / 1e6:.1f} MB")
    return OK


def latents_command(options: argparse.Namespace) -> int:
    """Learn latents of somebody's images, and print and draw which are odd."""
    from lazyartist.data.families import names_of, pictured
    from lazyartist.latents.odd_images import find_odd_images
    from lazyartist.latents.pictures import Pictures
    from lazyartist.studies.latents.recipe import Recipe
    from lazyartist.studies.runner import one_thread
    from lazyartist.training.store import Store

    _need_folder(options.page)
    recipe = Recipe(images=options.data, variant=options.variant, latents=options.latents, steps=options.steps)
    images = pictured(options.data)
    print(f"learning {options.latents} latents of {len(images):,} images, {options.steps:,} steps", file=sys.stderr)
    with one_thread():
        found = find_odd_images(recipe.train(Store(), options.seed).model, Pictures(images), names_of(images))
        write_text(options.page, found.page(f"Odd images of {options.data}"))
    print(f"{found.flagged:,} of {found.images:,} images are odd: further than {found.threshold:.2f} from the others.")
    print("\n".join(found.lines()))
    print(f"page: {options.page}")
    return OK


def clinic_command(options: argparse.Namespace) -> int:
    """Treat one of the broken models, tell the story, and draw it; or print which there are."""
    from lazyartist.clinic import CASE_FIGURES, CASES

    if options.case is None:
        if options.remedy is not None:
            raise ValueError(
                f"--remedy {options.remedy}: of which case? As in lazyartist clinic forgetting --remedy NAME"
            )
        _list_cases()
        return OK
    CASES.configured(options.case)  # a wrong name is said before torch is imported

    from lazyartist.clinic.examine import build_case, examine
    from lazyartist.clinic.story import story
    from lazyartist.reporting.figure import save
    from lazyartist.studies.runner import one_thread

    case = build_case(options.case)
    if case.name in CASE_FIGURES:
        need_room(options.results)
    with one_thread():
        found = examine(case, options.remedy or case.cure, options.seed)
        print("\n".join(story(found)))
        if case.name in CASE_FIGURES:
            as_usual = (options.case, options.remedy or case.cure, options.seed) == (case.name, case.cure, 0)
            path = options.results / f"clinic_{case.name}{'' if as_usual else '_tried'}.png"
            save(lambda: CASE_FIGURES[case.name](found), path)
            print(f"drawn: {path}")
    return OK


def _list_cases() -> None:
    from lazyartist.clinic import CASES, REMEDIES

    remedies = REMEDIES.entries()
    for name, entry in sorted(CASES.entries().items()):
        print(f"{name}: {entry.summary}")
        for full, remedy in sorted(remedies.items()):
            if full.startswith(f"{name}."):
                print(f"  {full.removeprefix(f'{name}.'):<26} {remedy.summary}")
        print()


def _need_folder(page: Path) -> None:
    """Refuse a page that cannot be written: before the work, not after it."""
    if not os.access(folder := page.resolve().parent, os.W_OK):
        raise PermissionError(f"{page} cannot be written: {folder} is no folder, or not yours: name another one")
    if page.is_dir():
        raise IsADirectoryError(f"{page} cannot be written: it is a folder: name a file in it")


def page_command(options: argparse.Namespace) -> int:
    """Serve the live page until Ctrl-C."""
    try:
        from lazyartist.page.serve import Wish, serve
    except ModuleNotFoundError as error:
        if error.name not in PAGE_NEEDS:
            raise
        raise ValueError(
            f"the page needs {error.name}, which is not installed: pip install 'lazyartist[page]'"
        ) from error
    wish = Wish(
        dataset=options.dataset,
        strategies=options.strategies,
        network=options.network,
        files=options.model,
        trust=options.trust,
        seed=options.seed,
        host=options.host,
        port=options.port,
        browser=not options.no_browser,
        results=options.results,
    )
    if serve(wish):  # torch aborts a process that ends under a thread that trains
        sys.stdout.flush()
        os._exit(OK)
    return OK
