"""The README's Python examples run as they stand."""

import re

from pathlib import Path

import torch

from lazyartist.strategies import STRATEGIES
from lazyartist.training.fit import build, fit


EXAMPLES = re.findall(r"```python\n(.*?)```", (Path(__file__).parents[2] / "README.md").read_text("utf-8"), flags=re.S)


def test_the_strategy_can_be_trained(task, short, monkeypatch):
    monkeypatch.setattr(STRATEGIES, "_things", dict(STRATEGIES._things))
    exec(EXAMPLES[0], {"__name__": "example"})
    assert "label_smoothing" in list(STRATEGIES)
    fit(STRATEGIES["label_smoothing"](), task, budget=short)


def test_the_contract_is_run():
    from lazyartist.checks import CHECKS

    namespace = {}
    exec(EXAMPLES[1], namespace)
    (mark,) = namespace["test_contract"].pytestmark
    assert len(mark.args[1]) == len(CHECKS)
    strategy, check = mark.args[1][0]
    namespace["test_contract"](strategy, check)


def test_the_gate_tells_a_reader_of_shape_from_a_reader_of_colour(task):
    class ReadsShape(torch.nn.Module):
        """Knows every test image by its grey pixels."""

        def forward(self, x):
            grey = (x.amax(1).flatten(1) * 255).round()
            known = task.hard["other"]
            nearest = torch.cdist(grey, known.images.flatten(1).float()).argmin(1)
            return torch.nn.functional.one_hot(known.labels[nearest], 10).float()

    namespace = {}
    exec(EXAMPLES[2], namespace)
    test = next(thing for name, thing in namespace.items() if name.startswith("test_"))
    test(ReadsShape())
    try:
        test(build("simple_cnn", 10, seed=0))
    except AssertionError:
        return
    raise AssertionError("an untrained model passed the gate")
