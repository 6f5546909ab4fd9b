"""Training on a device, stores and rows: the same bits, nothing moves unseen, nothing is mixed."""

from dataclasses import dataclass, replace

import pytest
import torch

from torch import Tensor, nn

from lazyartist.cli import main
from lazyartist.data.moved import moved
from lazyartist.device import CPU, current, described
from lazyartist.inference import logits_of
from lazyartist.reporting.records import read_rows
from lazyartist.strategies import STRATEGIES, witnesses
from lazyartist.strategies.base import Batch, Strategy
from lazyartist.strategies.erm import Erm
from lazyartist.studies import STUDIES
from lazyartist.studies.runner import run_study
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit
from lazyartist.training.store import Store, provenance_of, versions

from ..emulated_device import Emulated, emulated_device
from .compared import FINITE, NETWORK, SHORT, SMALL, compared, numbers, same


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_every_strategy_trains_there_and_gives_the_bits_of_the_processor(name, digits, monkeypatch):
    few = tuple(replace(witness, images=64) for witness in witnesses.POOL)
    monkeypatch.setattr(witnesses, "POOL", few)
    strategy = STRATEGIES.build(SMALL.get(name, name))
    with emulated_device():  # what is done once for the data is none of the training's
        there = moved(digits)

    def trained():
        return fit(strategy, digits if current() == CPU else there, NETWORK, budget=SHORT).model

    moves = compared(trained)
    assert moves.looks[FINITE] >= 3
    assert not [line for line in moves.down if line.startswith(("training/loop", "strategies/losses"))]


def test_a_step_of_plain_training_looks_at_nothing_but_whether_the_loss_is_finite(digits):
    def looked(epochs):
        with emulated_device() as moves:
            task = moved(digits)
            moves.up.clear()
            steps = fit(Erm(), task, NETWORK, budget=Budget(epochs=epochs, batch_size=32)).steps
        assert not moves.down
        return steps, moves

    (few, first), (many, second) = looked(0.09), looked(0.3)
    assert (few, many) == (3, 10)
    more = second.looks - first.looks
    assert dict(more) == {FINITE: many - few}
    assert first.up == second.up  # first weights and the order of images; of these, one epoch's


@dataclass(frozen=True)
class _Plain(Strategy):
    """Somebody's strategy, written with no device in mind."""

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        noise = 0.1 * torch.randn(batch.x.shape, generator=batch.generator)
        classes = torch.arange(10)
        wanted = torch.zeros(len(batch.y), 10)
        wanted[torch.arange(len(batch.y)), batch.y] = 1.0
        assert bool((wanted @ classes.float() == batch.y).all())
        return -(wanted * model((batch.x + noise).clamp(0, 1)).log_softmax(1)).sum(1).mean()


def test_what_others_wrote_for_the_processor_runs_there(digits):
    compared(lambda: fit(_Plain(), moved(digits), NETWORK, budget=SHORT).model)


def test_a_model_elsewhere_is_named_with_the_way_out(digits, knows):
    words = r"the model is on cpu, the images are on meta: pass model\.to\('meta'\)"
    with emulated_device(), pytest.raises(ValueError, match=words):
        logits_of(knows, moved(digits).easy)


def test_models_of_a_device_are_others_and_the_processors_keep_their_keys(digits, tmp_path):
    arguments = (Erm(), digits, NETWORK, SHORT, 0)
    own = provenance_of(*arguments)
    assert "device" not in versions()
    store = Store(tmp_path)
    expected = store.fit(*arguments).model
    with emulated_device() as moves:
        assert versions()["device"] == described() == "meta"
        there = (Erm(), moved(digits), NETWORK, SHORT, 0)
        assert provenance_of(*there).spec == own.spec
        assert provenance_of(*there).source == own.source
        assert provenance_of(*there).key != own.key
        assert store.find(provenance_of(*there)) is None
        made = store.fit(*there)
        moves.looks.clear()
        loaded = store.fit(*there)
        assert FINITE not in moves.looks  # it was not trained again
        assert all(isinstance(each, Emulated) for each in loaded.model.state_dict().values())
        found = numbers(made.model), numbers(loaded.model)
    assert same(numbers(expected), found[0])
    assert same(found[0], found[1])
    assert len(store.list()) == 2


def test_rows_say_where_they_were_measured_and_replace_none_of_the_processors(tmp_path):
    study = STUDIES.build(
        "cures",
        datasets="digits",
        networks=NETWORK,
        strategies="erm",
        seeds=1,
        budget={"epochs": 0.1, "batch_size": 32},
    )

    def measured():
        return run_study(study, tmp_path, store=Store(tmp_path / "store"), jobs=1)

    own = measured()
    with emulated_device():
        there = measured()
    assert not any("device" in {**row.at, **row.origin.versions} for row in own)
    assert all(row.at["device"] == row.origin.versions["device"] == "meta" for row in there)
    assert [(row.metric, row.value) for row in there] == [(row.metric, row.value) for row in own]
    assert {row.origin.run for row in own}.isdisjoint(row.origin.run for row in there)
    assert len(read_rows(tmp_path / "cures.jsonl")) == len(own) + len(there)


def test_the_command_line_says_what_there_is(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main(["run", "lazy", "--datasets", "digits", "--device", "cuda"]) == 2
    assert "there is no cuda on this machine: it has" in capsys.readouterr().err
