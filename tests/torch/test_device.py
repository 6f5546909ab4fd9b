"""Training, maps, probes, attacks, bounds, autoencoders, latents on a device: the same bits, nothing moves unseen.

The device is emulated, see `emulated_device.py`: its numbers are computed by the processor's own kernels.
"""

import copy
import threading

from dataclasses import dataclass, fields, is_dataclass, replace

import pytest
import torch

from torch import Tensor, nn

from lazyartist.activations import activations
from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attribution import MAPS
from lazyartist.certify.crown import Certified
from lazyartist.cli import main
from lazyartist.data.images import Paintable, Split
from lazyartist.data.lies import LIES
from lazyartist.data.make import make_task
from lazyartist.data.moved import moved
from lazyartist.data.task import Task
from lazyartist.device import CPU, available, current, described, everywhere, here, kept_here, on_device
from lazyartist.inference import logits_of
from lazyartist.latents import LATENTS
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.io import to_tensors as latent_tensors
from lazyartist.latents.learn import learn
from lazyartist.latents.pictures import Pictures
from lazyartist.networks import build
from lazyartist.probes.conflict_detection import mahalanobis
from lazyartist.probes.cue_conflict import recolour
from lazyartist.probes.groups import group_accuracy
from lazyartist.probes.polysemanticity import measure_polysemanticity
from lazyartist.probes.unit_selectivity import unit_selectivity
from lazyartist.registry import UnknownNameError
from lazyartist.reporting.records import read_rows
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.erasure import leace
from lazyartist.sae.io import to_tensors as sae_tensors
from lazyartist.sae.train import train
from lazyartist.strategies import STRATEGIES, witnesses
from lazyartist.strategies.base import Batch, Strategy
from lazyartist.strategies.erm import Erm
from lazyartist.studies import STUDIES
from lazyartist.studies.runner import run_study
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit
from lazyartist.training.store import Store, provenance_of, versions

from .emulated_device import DEVICE, Emulated, MixedDevicesError, emulated_device, on_processor


NETWORK = "simple_cnn:width=4"
SHORT = Budget(epochs=0.09, batch_size=32)  # three steps
SMALL = {"outlier_balanced": "outlier_balanced:steps=3"}  # what else would take long
FINITE = "training/loop.py: if not math.isfinite(value.item()):"  # the one number that a step may look at


@pytest.fixture(autouse=True)
def on_the_processor(processor):
    processor("the emulated device is compared with it, bit for bit")


@pytest.fixture(scope="module")
def digits():
    return make_task("digits")


@pytest.fixture(scope="module")
def knows(digits):
    return fit(Erm(), digits, "simple_cnn:width=8", budget=Budget(epochs=2, batch_size=32)).model


def numbers(thing):
    """Return all that is in a result, on the processor."""
    if isinstance(thing, Tensor):
        assert thing.device in (CPU, DEVICE)
        return on_processor(thing).detach().clone()
    if isinstance(thing, nn.Module):
        return numbers(thing.state_dict())
    if is_dataclass(thing) and not isinstance(thing, type):
        return {each.name: numbers(getattr(thing, each.name)) for each in fields(thing)}
    if isinstance(thing, dict):
        return {name: numbers(each) for name, each in thing.items()}
    return [numbers(each) for each in thing] if isinstance(thing, (list, tuple)) else thing


def same(a, b):
    if isinstance(a, Tensor):
        return a.dtype == b.dtype and torch.equal(a.nan_to_num(7.5), b.nan_to_num(7.5))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def compared(work):
    """Do something on the processor and on the device: the bits must be the same; return what moved."""
    expected = numbers(work())
    with emulated_device() as moves:
        found = work()
        looked_at, down = moves.looks.copy(), moves.down.copy()
        found = numbers(found)
    assert same(expected, found)
    return replace(moves, looks=looked_at, down=down)


def elsewhere(model):
    return here(copy.deepcopy(model))


# names of devices


def test_what_is_not_there_is_an_error_that_says_what_there_is(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"there is no cuda on this machine: it has .*cpu"), on_device("cuda"):
        pass
    with pytest.raises(UnknownNameError, match=r"no device called 'gpu'.*Known: auto, cpu, cuda"), on_device("gpu"):
        pass
    with pytest.raises(ValueError, match="device=0: expected a name"), on_device(0):
        pass
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ValueError, match="there is no cuda:2: expected a number from 0 to 1"), on_device("cuda:2"):
        pass


def test_auto_takes_what_there_is(monkeypatch):
    for kind in ("cuda", "mps", "xpu"):
        monkeypatch.setattr(getattr(torch, kind), "is_available", lambda: False)
    assert available() == ["cpu"]
    with on_device("auto") as device:
        assert device == current() == CPU
    monkeypatch.setattr(torch.xpu, "is_available", lambda: True)
    monkeypatch.setattr(torch.xpu, "device_count", lambda: 1)
    assert available() == ["xpu", "cpu"]
    with on_device("auto") as device:
        assert device == current() == torch.device("xpu:0")
    with on_device("auto"), on_device("cpu"):
        assert torch.zeros(1).device == current() == CPU


def test_the_variable_counts_where_nothing_else_is_said(monkeypatch):
    monkeypatch.setattr("lazyartist.device._THREAD.entered", [])
    monkeypatch.setenv("LAZYARTIST_DEVICE", "gpu")
    with pytest.raises(UnknownNameError, match="no device called 'gpu'"), on_device():
        pass
    with on_device("cpu"), on_device() as device:  # stays
        assert device == CPU
    monkeypatch.setenv("LAZYARTIST_DEVICE", "")
    with on_device() as device:
        assert device == CPU


def test_on_the_processor_no_mode_is_entered():
    with on_device("cpu"):
        assert torch.overrides._get_current_function_mode_stack() == []


def test_a_device_holds_for_its_thread_and_inside_its_with():
    seen = []
    with emulated_device():
        assert current() == DEVICE
        ask = everywhere(lambda: seen.append(current()))
        for work in (lambda: seen.append(current()), ask):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        with on_device(CPU):
            assert current() == torch.zeros(2).device == torch.tensor([1]).device == CPU
        assert isinstance(torch.zeros(2), Emulated)
    assert seen == [CPU, DEVICE]
    assert current() == CPU


# what is made and drawn


def drawn():
    generator = torch.Generator().manual_seed(1)
    weights = torch.rand(5, generator=generator)
    return [
        weights,
        torch.randperm(9, generator=generator),
        torch.randint(3, (4,), generator=generator),
        torch.multinomial(weights, 3, generator=generator),
        torch.bernoulli(weights, generator=generator),
        torch.empty(2, 3, 4, 4).to(memory_format=torch.channels_last).normal_(generator=generator),
        torch.normal(weights, 2 * weights, generator=generator),
        nn.init.kaiming_uniform_(torch.empty(3, 3), generator=generator),
    ]


def test_one_seed_draws_the_same_on_every_device():
    moves = compared(drawn)
    assert sum(moves.down.values()) == 5 + 5 + 10  # only how it is to be drawn: probabilities, means and deviations


def test_first_weights_are_the_same_on_every_device():
    def made():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            return [
                nn.Linear(3, 4),
                nn.Conv2d(2, 3, 3),
                nn.GRU(2, 3),
                nn.Embedding(3, 2),
                torch.rand(2),
                build(NETWORK, 10, 0),
            ]

    assert not compared(made).down


def test_the_check_itself_refuses_what_mixes_and_counts_what_moves():
    on_cpu = torch.arange(3)
    with emulated_device() as moves:
        x = torch.arange(3)
        for mix in (
            lambda: x + on_cpu,
            lambda: x[on_cpu],
            lambda: on_cpu.index_select(0, x),
            lambda: torch.cat([x, on_cpu]),
        ):
            with pytest.raises(MixedDevicesError):
                mix()
        assert (x[[2, 0]] + 1).tolist() == [3, 1]
        assert sum(moves.down.values()) == 2
        assert int(x.sum()) == 3
        assert sum(moves.looks.values()) == 1


def test_a_table_is_made_once_and_kept_on_each_device():
    made = []

    @kept_here(2)
    def table(size):
        made.append(current())
        return torch.arange(size)

    assert table(3) is table(3)
    with emulated_device() as moves:
        assert isinstance(table(3), Emulated)
        assert table(3) is table(3)
        assert sum(moves.up.values()) == 3
    assert made == [CPU]


# data


@pytest.mark.parametrize(
    "dataset", ["digits", "digits:where=background", "digits:bias=stroke_grating", "sprites2d", "room3d"]
)
def test_datasets_live_on_the_device_and_are_the_same_there(dataset):
    def looked():
        task = make_task(dataset, seed=1)
        splits = {"train": task.train, "test": task.test, "unbiased": task.unbiased, **task.hard}
        assert all(split.labels.device == current() for split in splits.values())
        shown = {name: split.render(torch.arange(5)) for name, split in splits.items()}
        return (
            shown,
            {name: split.fingerprint for name, split in splits.items()},
            task.own_attribute,
            task.test.foreground(slice(0, 3)),
        )

    make_task(dataset, seed=1)  # tables
    expected = numbers(looked())
    with emulated_device() as moves:
        task = make_task(dataset, seed=1)
        assert task.train.images is task.unbiased.images
        moves.up.clear()
        task.train.render(torch.arange(8))
        task.train.foreground(slice(0, 8))
        assert not moves.down
        found = numbers(looked())
    assert same(expected, found)


@pytest.mark.parametrize("lie", sorted(LIES))
def test_every_lie_is_drawn_on_the_device(lie):
    def shown():
        return make_task(f"digits:bias={lie}").train.render(slice(0, 6))

    assert not compared(shown).down


@dataclass(frozen=True)
class Stripes:
    """Somebody's images: the five members of the protocol, written with no device in mind."""

    n: int = 64

    def __len__(self):
        return self.n

    @property
    def factors(self):
        return {"class": torch.arange(self.n) % 2, "colour": torch.arange(self.n) // 2 % 2}

    @property
    def sizes(self):
        return {"class": 2, "colour": 2}

    @property
    def fingerprint(self):
        return f"stripes {self.n}"

    def render(self, index):
        rows = torch.zeros(len(index), 3, 28, 28)
        rows[torch.arange(len(index)), 0, torch.arange(self.n)[index] % 28] = 1.0
        return rows


def test_images_that_cannot_move_are_rendered_on_the_processor_and_then_moved():
    def trained():
        split = Split(Stripes())
        task = moved(Task("stripes", split, split, {"same": split}, split))
        assert not isinstance(task.train.images, Paintable)
        assert task.train.fingerprint == split.fingerprint
        assert len(task.train) == 64
        assert "Stripes" in repr(task.train)
        return fit(Erm(), task, NETWORK, budget=Budget(epochs=1, batch_size=32)).model

    compared(trained)


def test_what_moved_comes_back(digits):
    assert moved(digits) is digits
    with emulated_device():
        there = moved(digits)
        assert moved(there) is there
        assert there.train.images.images.device == DEVICE
        with on_device(CPU):
            back = moved(there)
        assert back.train.images.images.device == CPU
        assert back.train.fingerprint == there.train.fingerprint == digits.train.fingerprint


# training


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


# stores and rows


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


# what asks models


@pytest.mark.parametrize("name", sorted(MAPS))
def test_every_map_is_made_there(name, digits, knows):
    knobs = {"layer": "conv3"} if "layer" in {each.name for each in fields(MAPS[name])} else {}

    def made():
        split = moved(digits).test
        return MAPS[name](**knobs)(elsewhere(knows), split.render(slice(0, 3)), split.labels[:3])

    assert not compared(made).down


def test_probes_ask_there(digits, knows):
    def asked():
        task, model = moved(digits), elsewhere(knows)
        split = task.test.subset(slice(0, 120))
        logits, found = logits_of(model, split), activations(model, "conv3", split)
        return (
            group_accuracy(model, split),
            recolour(model, split, per_class=3, own=task.own_attribute),
            found,
            unit_selectivity(found, split.labels, split.attribute),
            measure_polysemanticity(found, split.labels, split.attribute),
            mahalanobis(logits, found, split.labels),
        )

    compared(asked)


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_every_attack_runs_there(name, digits, knows):
    def attacked():
        labels = moved(digits).easy.labels[:3]
        criterion = TargetedConfidence((labels + 1) % 10, labels=labels)
        attack = ATTACKS[name]
        few = {"steps": 3, "queries": 5, "rounds": 2, "restarts": 1}
        short = {each.name: few[each.name] for each in fields(attack) if each.name in few}
        images = moved(digits).easy.render(slice(0, 3))
        return attack(**short)(
            elsewhere(knows), images, criterion, **({} if name in ("bisection", "fmn") else {"epsilon": 0.2})
        )

    assert not compared(attacked).down


@pytest.mark.parametrize("between", ["intervals", "lines"])
def test_bounds_are_proven_there(between, digits):
    def proven():
        labels = moved(digits).easy.labels[:2]
        criterion = TargetedConfidence((labels + 1) % 10, labels=labels)
        images = moved(digits).easy.render(slice(0, 2))[:, :, ::4, ::4]
        return Certified(between=between, rounds=1)(build("simple_cnn:width=1", 10, 0).eval(), images, criterion)

    assert not compared(proven).down


@pytest.mark.parametrize("name", sorted(SAES))
def test_every_sparse_autoencoder_is_trained_there(name):
    def trained():
        vectors = torch.randn(300, 6, generator=torch.Generator().manual_seed(0))
        budget = SaeBudget(steps=4, batch_size=32)
        found = train(SAES.build(name), vectors, features=20, seeds=(0, 1), budget=budget)
        return [sae_tensors(one) for one in found], found[0](vectors[:9])

    moves = compared(trained)
    assert moves.looks[FINITE] == 4
    assert not [line for line in moves.down if "multinomial" not in line]  # first directions, drawn by distance


def test_a_concept_is_erased_there():
    def erased():
        vectors = torch.randn(80, 5, generator=torch.Generator().manual_seed(0))
        return leace(vectors, torch.arange(80) % 3)(vectors)

    compared(erased)


@pytest.mark.parametrize("name", sorted(LATENTS))
def test_latents_are_learnt_there_in_every_way(name, digits):
    def learnt():
        pictures = Pictures(moved(digits).train)
        model = learn(LATENTS.build(name), pictures, latents=3, budget=LatentBudget(steps=3, batch_size=32))
        return latent_tensors(model)

    moves = compared(learnt)
    assert moves.looks[FINITE] == 3


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
