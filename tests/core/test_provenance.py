"""Which edits change a digest, on a throw-away package; on our own code see tests/torch/test_provenance.py."""

import subprocess
import sys

from types import SimpleNamespace

import pytest

from lazyartist import module_text, provenance
from lazyartist.provenance import code_digest, reachable


PACKAGE = {
    "__init__": "from .passed_on import passed_on\n",
    "main": """
'''A module.'''
from typing import TYPE_CHECKING

from fakery import whole_module
from fakery.constants import SCALE, UNUSED
from fakery.helpers import helper as help_out
import fakery.dotted
import fakery.aliased as other
from fakery import passed_on, never_imported
from fakery.starred import *
try:
    from fakery.optional import maybe
except ImportError:
    maybe = None
if TYPE_CHECKING:
    from fakery.types_only import Words

TABLE = {}
for key in range(3):
    TABLE[key] = key


@RULES.register("thing", source="a paper")
class Thing(help_out.Base if False else object):
    '''A thing.'''

    size: int = 3

    def run(self, words: Words) -> int:
        '''Run.'''
        from fakery.inside import inside

        parts = (other.aliased, fakery.dotted.dotted, never_imported.used, starred(), maybe, passed_on())
        return help_out(SCALE) + TABLE[0] + inside(words) + len(vars(whole_module)) + len(parts)


def beside():
    return 1
""",
    "constants": "SCALE = 2\nUNUSED = 3\n",
    "helpers": "from fakery.deep import deep\n\n\ndef helper(x):\n    return deep(x)\n\n\ndef idle():\n    return 1\n",
    "deep": "def deep(x):\n    return x + 1\n",
    "whole_module": "ANYTHING = 1\n",
    "dotted": "dotted = 1\n\n\ndef idle():\n    return 1\n",
    "aliased": "def aliased():\n    return 1\n",
    "passed_on": "def passed_on():\n    return 1\n",
    "never_imported": "used = 1\nidle = 1\n",
    "starred": "def starred():\n    return 1\n",
    "optional": "def maybe():\n    return 1\n",
    "types_only": "class Words:\n    size = 1\n",
    "inside": "def inside(x):\n    return 1\n",
}
THING = SimpleNamespace(__module__="fakery.main", __qualname__="Thing")


@pytest.fixture
def digest(tmp_path, monkeypatch):
    """Write the package, with some of its files changed, and return what `code_digest` says of its `Thing`."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "fakery"
    folder.mkdir()

    def of(changes=()):
        for name, text in {**PACKAGE, **dict(changes)}.items():
            (folder / f"{name}.py").write_text(text)
        forget()
        return code_digest(THING)

    yield of
    forget()


def forget():
    module_text.module_text.cache_clear()
    module_text._file_of.cache_clear()
    provenance._version_of.cache_clear()


def edited(module, old, new):
    assert old in PACKAGE[module]
    return {module: PACKAGE[module].replace(old, new)}


@pytest.mark.parametrize(
    "changes",
    [
        edited("main", "class Thing", "# a comment\nclass Thing"),
        edited("main", "'''A module.'''", "'''Other words.'''"),
        edited("main", "'''A thing.'''", "'''Other words.'''"),
        edited("main", "        '''Run.'''\n", ""),
        edited("main", "'''Run.'''", "'''Run\n\n        far.'''"),
        edited("main", "help_out(SCALE) + ", "(help_out(SCALE)\n            ) + "),
        edited("main", "words: Words) -> int", "words: str) -> float"),
        edited("main", "size: int = 3", "size: float = 3"),
        edited("main", '"thing", source="a paper"', '"object"'),
        edited("main", "class Thing", "def new():\n    return 1\n\n\nclass Thing"),
        edited("main", "def beside():\n    return 1", "def beside():\n    return 2"),
        edited("constants", "UNUSED = 3", "UNUSED = 4"),
        edited("constants", "UNUSED = 3", "UNUSED = 3\nNEW = 4"),
        edited("helpers", "    return 1", "    return 2"),
        edited("dotted", "    return 1", "    return 2"),
        edited("never_imported", "idle = 1", "idle = 2"),
        edited("types_only", "size = 1", "size = 2"),
        {"a_new_file": "from fakery.main import Thing\n"},
    ],
    ids=str,
)
def test_what_cannot_change_a_bit_does_not_count(digest, changes):
    before = digest()
    assert digest(changes) == before


@pytest.mark.parametrize(
    "changes",
    [
        edited("main", "TABLE[0]", "TABLE[1]"),
        edited("main", "size: int = 3", "size: int = 4"),
        edited("main", "size: int = 3", "size: ClassVar[int] = 3"),  # a field of a dataclass, or none
        edited("main", "range(3)", "range(4)"),  # the loop fills a table that is used
        edited("constants", "SCALE = 2", "SCALE = 3"),
        edited("helpers", "deep(x)", "deep(2 * x)"),
        edited("deep", "x + 1", "x + 2"),
        edited("whole_module", "ANYTHING = 1", "ANYTHING = 2"),
        edited("dotted", "dotted = 1", "dotted = 2"),
        edited("aliased", "return 1", "return 2"),
        edited("passed_on", "return 1", "return 2"),  # a function that is called like its module
        edited("never_imported", "used = 1", "used = 2"),
        edited("starred", "return 1", "return 2"),
        edited("optional", "return 1", "return 2"),
        edited("inside", "return 1", "return 2"),
        edited("inside", "def inside", "SIDE = []\nSIDE.append(1)\n\n\ndef inside"),  # what acts on import counts
    ],
    ids=str,
)
def test_what_can_change_a_bit_counts(digest, changes):
    before = digest()
    assert digest(changes) != before
    assert digest() == before


def test_what_is_reached_is_known_by_name(digest):
    digest()
    places = {f"{module}:{name}" for module, name in reachable(THING)}
    assert {"fakery.main:Thing", "fakery.main:TABLE", "fakery.deep:deep", "fakery.constants:SCALE"} <= places
    assert not {"fakery.main:beside", "fakery.constants:UNUSED", "fakery.types_only:Words"} & places


def test_a_package_beside_counts_by_its_text_and_an_installed_one_by_its_version(digest, tmp_path, monkeypatch):
    (tmp_path / "beside.py").write_text("import further\n\n\ndef used():\n    return further.used()\n")
    (tmp_path / "further.py").write_text("def used():\n    return 1\n\n\ndef idle():\n    return 1\n")
    installed = tmp_path / "site-packages"
    installed.mkdir()
    monkeypatch.syspath_prepend(installed)
    (installed / "library.py").write_text("def used():\n    return 1\n")
    named = edited("inside", "def inside(x):\n    return 1", "import beside, library\n\n\ndef inside(x):\n"
                   "    return beside.used() + library.used()")  # fmt: skip

    def install(version):
        folder = installed / "its_name.dist-info"
        folder.mkdir(exist_ok=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: its-name\nVersion: {version}\n")
        (folder / "top_level.txt").write_text("library\n")

    install("1.0")
    first = digest(named)
    (tmp_path / "further.py").write_text("def used():\n    return 1\n\n\ndef idle():\n    return 2\n")
    (installed / "library.py").write_text("def used():\n    return 2\n")
    assert digest(named) == first, "what is not used, and the text of what has a version, do not count"
    install("1.1")
    second = digest(named)
    assert second != first
    (tmp_path / "further.py").write_text("def used():\n    return 2\n")
    assert digest(named) != second
    assert ("beside", "used") in reachable(THING)
    assert not any(module == "library" for module, _ in reachable(THING))


def test_every_process_comes_to_the_same_digest_whatever_it_imported(digest, tmp_path):
    here = digest()
    code = (
        "import sys; sys.path.insert(0, {folder!r}); {imports}\n"
        "from types import SimpleNamespace as thing; from lazyartist.provenance import code_digest\n"
        "print(code_digest(thing(__module__='fakery.main', __qualname__='Thing')))"
    )
    for imports in ("", "import fakery.passed_on, fakery.never_imported", "import fakery.deep"):
        text = code.format(folder=str(tmp_path), imports=imports)
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == here


def test_what_has_no_text_is_new_every_time():
    typed = type("Typed", (), {"__module__": "__main__"})
    assert code_digest(typed) != code_digest(typed)
    assert code_digest(reachable, typed) != code_digest(reachable, typed)
    assert code_digest(forget) == code_digest(forget)


@pytest.mark.parametrize(
    "room", ["reporting.gate", "reporting.row", "cli", "commands", "checks", "pytest_plugin", "registry", "files"]
)
def test_what_finds_keeps_shows_and_judges_decides_nothing(digest, room):
    before = digest()
    assert (
        digest(edited("main", "from fakery.starred", f"import lazyartist.{room} as shown\nfrom fakery.starred"))
        == before
    )
    changes = {"main": PACKAGE["main"].replace("def run", "shown = shown.anything\n\n    def run").replace(
        "from fakery.starred", f"import lazyartist.{room} as shown\nfrom fakery.starred")}  # fmt: skip
    digest(changes)
    assert not any(module == f"lazyartist.{room}" for module, _ in reachable(THING))
