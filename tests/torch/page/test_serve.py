"""How the page is opened: which models it shows, who may ask, and how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
import torch

from lazyartist.cli import main
from lazyartist.data.images import UnsupportedError
from lazyartist.data.make import make_task
from lazyartist.registry import UnknownNameError
from lazyartist.training.store import Store


serve = pytest.importorskip("lazyartist.page.serve", reason="pip install 'lazyartist[page]'")


def test_few_images_are_seen_more_often(task):
    assert serve.budget_for("erm", task).steps(len(task.train)) >= serve.FEWEST_STEPS
    assert serve.budget_for("lazy", task).schedule == "constant"


def test_models_by_file_take_the_place_of_those_that_are_trained(task, taught, tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "mine.safetensors"
    save_file({name: weight.contiguous() for name, weight in taught.state_dict().items()}, path)
    store = Store(tmp_path)
    wish = serve.Wish(dataset="digits", files=(path,), network="simple_cnn:width=8")
    (mine,) = serve.shown_models(wish, task, store)
    mine.get_ready()
    assert (mine.name, mine.state) == ("mine", "ready")
    x = task.test.render(slice(0, 3))
    with torch.no_grad():
        assert mine.probabilities(x) == pytest.approx(taught(x).softmax(1).cpu().numpy(), abs=1e-5)
    scope = {}
    exec(mine.code, scope)
    assert torch.equal(scope["model"](x), taught(x))
    names = [one.name for one in serve.shown_models(serve.Wish(dataset="digits"), task, store)]
    assert names == list(serve.STRATEGIES)


def test_a_model_that_cannot_be_made_is_told_and_the_others_go_on(task, tmp_path):
    wish = serve.Wish(dataset="digits", files=(tmp_path / "none.safetensors",))
    (none,) = serve.shown_models(wish, task, Store(tmp_path))
    none.get_ready()
    assert none.state == "failed"
    assert "there is no file" in none.reason


def test_files_of_one_name_are_told_apart(tmp_path):
    from lazyartist.page.models import Models, from_file

    paths = [tmp_path / folder / "model.safetensors" for folder in "ab"]
    models = Models([from_file(path, "simple_cnn", trust=False) for path in paths], 10)
    assert [model.name for model in models] == ["model", "model 2"]


def test_a_model_of_other_classes_is_not_shown():
    from lazyartist.networks import build
    from lazyartist.page.models import Shown

    other = Shown("other", "", "", lambda: build("simple_cnn:width=4", 7, seed=0))
    other.get_ready(10)
    assert (other.state, "10" in other.reason) == ("failed", True)


@pytest.mark.parametrize(
    ("host", "inside", "outside"),
    [
        ("127.0.0.1", "localhost:8000", "0.0.0.0:8000"),
        ("::1", "[::1]:8000", "example.org:8000"),
        ("fd00::1", "[fd00::1]:8000", "localhost:8000"),
        ("example.org", "example.org:8000", "localhost:8000"),
        ("0.0.0.0", f"{socket.gethostname()}:8000", "example.org:8000"),
        ("::", "[::1]:8000", "example.org:8000"),
    ],
)
def test_the_hosts_that_are_answered(host, inside, outside):
    assert inside in serve.hosts_of(host, 8000)
    assert outside not in serve.hosts_of(host, 8000)


def test_a_port_that_is_taken_is_named():
    with serve.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} .* choose another --port"):
            serve.listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["", " "])
def test_no_host_is_not_every_address(host):
    with pytest.raises(ValueError, match=r"expected an address or a name of this machine, such as 127\.0\.0\.1"):
        serve.listen(host, 0)


@pytest.mark.parametrize("network", ["nope", "simple_cnn:depth=3"])
def test_an_unknown_network_is_refused_before_anything_is_served(network):
    with pytest.raises((UnknownNameError, ValueError), match=r"no network called 'nope'|not 'depth'"):
        serve.serve(serve.Wish(dataset="digits", network=network, browser=False))


def test_an_answer_is_sent_at_once():
    with serve.listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_is_no_stroke_cannot_be_drawn(tmp_path):
    from lazyartist.page.app import create_app
    from lazyartist.page.models import Models

    with pytest.raises(UnsupportedError, match=r"are none: choose mnist, fashion or digits"):
        create_app(make_task("room3d:images=60"), Models([], 10), Store(tmp_path), {"127.0.0.1:1"})


def test_without_what_it_needs_the_command_says_so(monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith("lazyartist.page")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["page"]) == 2
    assert "the page needs uvicorn, which is not installed: pip install 'lazyartist[page]'" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "x", ""])
def test_what_is_no_port_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        main(["page", "--port", port])
    assert "expected a port" in capsys.readouterr().err


def test_the_command_serves_until_ctrl_c(tmp_path):
    command = [sys.executable, "-m", "lazyartist", "page", "--data", "digits", "--strategies", "lazy", "--no-browser"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LAZYARTIST_STORE": str(tmp_path)},
    ) as process:
        url = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert "The Lazy Artist" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")
