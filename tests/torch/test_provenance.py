"""Which edits of our own code change which keys: on a copy of the package that is edited, file by file."""

import json
import shutil
import subprocess
import sys

from pathlib import Path

import pytest

import lazyartist


STRATEGIES = ("erm", "focal", "lazy", "second_opinion", "jtt", "dpr", "fg_ccdb", "product_of_experts", "group_balanced")
NETWORKS = ("simple_cnn", "resnet18")
MODELS = {f"{strategy} {network}" for strategy in STRATEGIES for network in NETWORKS}
STUDIES = {f"study {study} {strategy}" for study in ("lazy", "cures") for strategy in ("erm", "lazy")}
SMALL = {f"{strategy} simple_cnn" for strategy in STRATEGIES}
WITNESSED = {"second_opinion resnet18"}  # its first stage trains a simple_cnn, whatever is trained

WEIGH_GROUPS = {"second_opinion", "group_balanced", "fg_ccdb"}

# one process makes one edit after the other, and says what each key is then
KEYS = """
import ast, functools, importlib.metadata, json, sys

from pathlib import Path

importlib.metadata.version = functools.cache(importlib.metadata.version)  # what is installed stays what it is

from lazyartist import module_text
from lazyartist.data.make import make_task
from lazyartist.strategies import STRATEGIES
from lazyartist.studies import STUDIES
from lazyartist.training.budget import Budget
from lazyartist.training.store import provenance_of

root = Path(module_text.__file__).parent
task, budget = make_task("digits"), Budget(epochs=1)
models, digests, edits = json.load(sys.stdin)

def keys():
    module_text.module_text.cache_clear()
    module_text._file_of.cache_clear()
    found = {}
    for key in models:
        strategy, network = key.split()
        found[key] = provenance_of(STRATEGIES.build(strategy), task, network, budget, 0).key
    for key in digests:
        _, study, strategy = key.split()
        built = STUDIES.build(study, datasets=["digits"], strategies=[strategy], seeds=1)
        found[key] = built.digest(built.runs()[0])
    return found

def reworded(text):
    "Other docstrings, a comment after each line that may have one, and other layout."
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            at = node.body[0].lineno - 1
            lines[at] = lines[at].replace('\"\"\"', '\"\"\"In other words: ', 1)
    return "# a comment\\n" + "\\n".join(lines) + "\\n\\n\\n# the end\\n"

before, changed = keys(), {}
for name, (where, old, new) in edits.items():
    paths = sorted(root.rglob("*.py")) if where == "everywhere" else [root / where]
    texts = {path: path.read_text() if path.exists() else None for path in paths}
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        if old is None:  # a new file, or new lines at the end
            path.write_text((text or "") + new)
        elif where == "everywhere":
            path.write_text(reworded(text))
        else:
            assert text.count(old) == 1, f"{where} has {old!r} {text.count(old)} times"
            path.write_text(text.replace(old, new))
    after = keys()
    changed[name] = [key for key in before if after[key] != before[key]]
    for path, text in texts.items():
        path.unlink() if text is None else path.write_text(text)
assert keys() == before
print(json.dumps(changed))
"""

LINES = "\n\nNEW = 1\nprint(end='')\n\n\ndef another():\n    return NEW\n"
REGISTERED = """
from lazyartist.{room} import {shelf}


@{shelf}.register('made_up')
def made_up(**knobs):
    'Made up.'
"""


def registered(room, shelf):
    return REGISTERED.format(room=room, shelf=shelf)


KEEP_ALL = {
    "comments and docstrings in every file": ("everywhere", "", ""),
    "a new dataset": ("data/made_up.py", None, registered("data", "DATASETS")),
    "a new strategy": ("strategies/made_up.py", None, registered("strategies", "STRATEGIES")),
    "a new network": ("networks/made_up.py", None, registered("networks", "NETWORKS")),
    "a new map": ("attribution/made_up.py", None, registered("attribution", "MAPS")),
    "a new chapter": ("studies/made_up/study.py", None, registered("studies", "STUDIES")),
    "a new room": ("made_up/anything.py", None, LINES),
    "a new file beside the spine": ("made_up.py", None, LINES),
    "a new threshold": ("criteria.py", None, "\nNEW = Criterion('auroc', 'above', 0.5, 'this project')\n"),
    "another threshold of a cure": ("criteria.py", 'CURE_HARD_OTHER = Criterion("hard_other_accuracy", "above", 0.70',
                                    'CURE_HARD_OTHER = Criterion("hard_other_accuracy", "above", 0.71'),
    "what a registry says": ("strategies/focal.py", 'register("focal", source="', 'register("focal", source="see '),
    "the gate's tolerance": ("reporting/gate.py", "FLOOR = 0.01", "FLOOR = 0.02"),
    "a table": ("studies/cures/tables.py", None, LINES),
    "a figure": ("studies/cures/figures.py", None, LINES),
    **{
        f"lines in {path}": (path, None, LINES)
        for path in ("reporting/row.py", "reporting/records.py", "reporting/stats.py", "reporting/table.py", "cli.py",
                     "reporting/publish.py", "commands.py", "checks.py", "pytest_plugin.py", "registry.py", "files.py",
                     "progress.py", "page/server.py", "studies/runner.py", "training/store.py", "provenance.py")
    },
}  # fmt: skip
CHANGE = {
    "the head": ("networks/head.py", "return linear[-1]", "return linear[0]", MODELS | STUDIES),
    "how seeds are made": ("seeding.py", "[:8]", "[:7]", MODELS | STUDIES),
    "the loop": ("training/loop.py", "0.999)", "0.99)", MODELS | STUDIES),
    "how the learning rate falls": ("training/budget.py", "else 0.5 * (1 +", "else 0.4 * (1 +", MODELS | STUDIES),
    "how batches are drawn": ("training/fit.py", 'seed_from("order", seed)', 'seed_from("o", seed)', MODELS | STUDIES),
    "how a strategy is handed things": ("training/view.py", '"partner"', '"another"', MODELS | STUDIES),
    "how images are painted": ("data/coloured.py", "TEXTURES = 512", "TEXTURES = 256", MODELS | STUDIES),
    "what a split renders": ("data/images.py", None, "\n\nSplit.render = None\n", MODELS | STUDIES),
    "the first network": ("networks/simple_cnn.py", None, "\n\nSimpleCNN.fine = 1\n", SMALL | WITNESSED | STUDIES),
    "the other network": ("networks/small_resnet.py", None, "\n\nSmallResNet18.fine = 1\n", MODELS - SMALL),
    "the weights of groups": (
        "strategies/groups.py", "n[labels, attribute] / len(labels)", "n[labels, attribute] * len(labels)",
        {key for key in MODELS if key.split()[0] in WEIGH_GROUPS},
    ),
    "the counts of groups": (
        "strategies/groups.py", "labels * attributes + attribute", "labels * attributes - attribute",
        {key for key in MODELS if key.split()[0] in {*WEIGH_GROUPS, "lazy"}}
        | {key for key in STUDIES if key.endswith(" lazy")},
    ),
    "the lazy model's bar": (
        "criteria.py", 'LAZY_EASY = Criterion("easy_accuracy", "above", 0.95',
        'LAZY_EASY = Criterion("easy_accuracy", "above", 0.9',
        {key for key in MODELS | STUDIES if key.split()[-1] == "lazy" or key.startswith("lazy ")},
    ),
    "one strategy": ("strategies/focal.py", None, "\n\nFocal.fine = 1\n", {f"focal {n}" for n in NETWORKS}),
    "how accuracy is measured": ("probes/confusion.py", None, "\n\naccuracy.fine = True\n", STUDIES),
    "one study": ("studies/lazy/lazy.py", None, "\n\nLazyStudy.fine = True\n",
                  {key for key in STUDIES if key.startswith("study lazy")}),
}  # fmt: skip


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """Each edit's name -> the keys that it changes."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        Path(lazyartist.__file__).parent, folder / "lazyartist", ignore=shutil.ignore_patterns("__pycache__")
    )
    edits = {**KEEP_ALL, **{name: edit[:3] for name, edit in CHANGE.items()}}
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{KEYS}"
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps([sorted(MODELS), sorted(STUDIES), edits]),
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {name: set(keys) for name, keys in json.loads(done.stdout).items()}


@pytest.mark.parametrize("edit", KEEP_ALL)
def test_nothing_is_trained_or_measured_again_after(changed, edit):
    assert changed[edit] == set()


@pytest.mark.parametrize("edit", CHANGE)
def test_exactly_what_depends_on_it_is_trained_and_measured_again_after_a_change_of(changed, edit):
    assert changed[edit] == CHANGE[edit][3]
