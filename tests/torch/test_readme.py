"""The README's Python examples run as they stand."""

import re

from pathlib import Path

import pytest

from lazyartist.strategies import STRATEGIES
from lazyartist.training.fit import fit
from tests.torch.birds import SIZE, Reader, write_folder


TEXT = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
TOUR, STRATEGY, CONTRACT, CHECK = re.findall(r"```python\n(.*?)```", TEXT, flags=re.S)


def test_the_tour_shows_a_lazy_model(capsys):
    exec(TOUR, {"__name__": "example"})
    easy, hard, follows, maps, noise = capsys.readouterr().out.strip().split("\n", 4)
    assert float(easy) > 0.95
    assert float(hard) < 0.2
    assert float(follows) > 0.9
    assert maps == "torch.Size([8, 7, 7])"
    assert noise.startswith("tensor(")
    assert noise.endswith(")")
    assert noise.count("tensor") == 1


def test_the_strategy_can_be_trained(task, short, monkeypatch):
    monkeypatch.setattr(STRATEGIES, "_things", dict(STRATEGIES._things))
    exec(STRATEGY, {"__name__": "example"})
    assert "label_smoothing" in list(STRATEGIES)
    fit(STRATEGIES["label_smoothing"](), task, budget=short)


def test_the_contract_is_run():
    from lazyartist.checks import CHECKS

    namespace = {}
    exec(CONTRACT, namespace)
    (mark,) = namespace["test_contract"].pytestmark
    assert len(mark.args[1]) == len(CHECKS)
    strategy, check = mark.args[1][0]
    namespace["test_contract"](strategy, check)


def test_the_check_tells_a_reader_of_birds_from_a_reader_of_the_place(check_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "birds")
    namespace = {}
    exec(CHECK.replace('place"', f'place:size={SIZE}"'), namespace)
    test = next(thing for name, thing in namespace.items() if name.startswith("test_"))
    test(Reader("bird"), check_model)
    with pytest.raises(pytest.fail.Exception, match="verdict: falls"):
        test(Reader("ground"), check_model)


def findings():
    text = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
    return re.findall(r"```python\n(.*?)```", text, flags=re.S)


def test_the_findings_learn_latents(capsys):
    _, example = findings()
    assert "steps=5000" in example
    exec(example.replace("steps=5000", "steps=2"), {"__name__": "example"})
    assert "torch.Size([100, 6])" in capsys.readouterr().out


def test_the_findings_take_a_model_apart(task):
    from lazyartist.strategies.lazy import Lazy

    example, _ = findings()
    model = fit(Lazy(), task, budget=Lazy.budget).model
    exec(example, {"__name__": "example", "model": model, "task": task})
