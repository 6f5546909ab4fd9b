"""Every skeleton of the exercise sheet runs as it stands, and is scored."""

import math
import re

from pathlib import Path

import pytest

from lazyartist.clinic import CASES, REMEDIES
from lazyartist.clinic.examine import examine
from lazyartist.training.store import Store


TEXT = (Path(__file__).parents[3] / "docs" / "clinic.md").read_text(encoding="utf-8")
FIRST, *SKELETONS = re.findall(r"```python\n(.*?)```", TEXT, flags=re.S)
IMPORTS = re.findall(r"`(from [\w.]+ import [\w, ]+)`", TEXT)


@pytest.mark.parametrize("skeleton", SKELETONS, ids=lambda text: re.search(r'"(\w+)\.mine"', text)[1])
def test_a_skeleton_is_scored(skeleton, tmp_path, monkeypatch):
    monkeypatch.setattr(REMEDIES, "_things", dict(REMEDIES._things))
    exec("\n".join([FIRST, *IMPORTS, skeleton]), {"__name__": "my_remedy"})
    case = CASES[re.search(r'"(\w+)\.mine"', skeleton)[1]]
    found = examine(case(**case.small), "mine", 0, Store(tmp_path))
    assert math.isfinite(found.score.value)


def test_every_case_has_one():
    assert {re.search(r'"(\w+)\.mine"', text)[1] for text in SKELETONS} == set(CASES)
