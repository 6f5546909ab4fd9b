"""Which devices there are, and what is made and drawn on them."""

import os
import threading

import pytest
import torch

from torch import nn

from lazyartist.device import CPU, available, current, everywhere, kept_here, on_device, repeatable
from lazyartist.networks import build
from lazyartist.registry import UnknownNameError

from ..emulated_device import DEVICE, Emulated, MixedDevicesError, emulated_device
from .compared import NETWORK, compared


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


def test_a_module_that_is_made_without_numbers_draws_none():
    before = torch.get_rng_state()
    with on_device(torch.device("xpu")):  # it need not be there: nothing is made on it
        layer = nn.utils.skip_init(nn.Linear, 3, 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert layer.weight.device == CPU


def test_a_card_is_told_to_add_up_in_one_order_and_only_inside(monkeypatch):
    def told():
        return torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()

    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")  # so that it is as it was, afterwards
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    with repeatable():
        assert told() == (False, False)
    with on_device(torch.device("cuda")), repeatable():
        assert told() == (True, True)
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert told() == (False, False)


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
