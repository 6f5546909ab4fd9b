"""The doors for others: one file or folder and an entry point add a thing."""

import sys

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
import torch

from lazyartist import checks
from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attribution import MAPS
from lazyartist.cli import main
from lazyartist.registry import Registry
from lazyartist.reporting.records import read_rows, write_rows
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.train import train


EXAMPLE = Path(__file__).parents[1] / "example_package"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return `install(name, files, points)`: put a package on the path as an installer would; nothing is left behind.

    `files` are name -> text below the package's folder, or the path of one that is there; `points` are entry points:
    group -> {name: value}.
    """
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    before = set(sys.modules)

    def put(name, files, points):
        place = tmp_path / "site"
        for file, text in files.items():
            path = place / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        metadata = place / f"{name}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"[{group}]\n" + "\n".join(f"{k} = {v}" for k, v in own.items()) for group, own in points.items()]
        (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
        monkeypatch.syspath_prepend(place)

    yield put
    places = (str(tmp_path), str(EXAMPLE))
    gone = {
        name for name in set(sys.modules) - before if str(getattr(sys.modules[name], "__file__", "")).startswith(places)
    }
    for name in gone:
        del sys.modules[name]
    for registry in Registry.every.values():
        for name in [name for name, thing in registry._things.items() if thing.__module__ in gone]:
            del registry._things[name]


@pytest.fixture
def example(install, monkeypatch):
    """Install the example package: its entry points are those that its pyproject.toml names."""
    text = (EXAMPLE / "pyproject.toml").read_text().partition('[project.entry-points."')[2].partition("\n\n")[0]
    group, _, lines = text.partition('"]\n')
    points = dict(line.replace('"', "").split(" = ") for line in lines.splitlines())
    install("lazyartist_example_metadata", {}, {group: points})
    monkeypatch.syspath_prepend(EXAMPLE)


@pytest.fixture
def lazyartist(tmp_path, capsys):
    """Return `lazyartist(*words)`: run the command in a folder of results; return its exit code, output and errors."""

    def run(*words):
        place = [] if words[0] in {"list", "data"} else ["--results", str(tmp_path / "results")]
        jobs = ["--jobs", "1"] if words[0] == "run" else []
        baseline = ["--baseline", str(tmp_path / "baseline.json")] if words[0] == "gate" else []
        code = main([*words, *place, *jobs, *baseline])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def gated(lazyartist, tmp_path):
    """Return `gated(study)`: what was measured is blessed and passes the gate; when one value is worse, it falls."""

    def check(study):
        assert lazyartist("gate", "--bless")[0] == 0
        assert lazyartist("gate")[0] == 0
        path = tmp_path / "results" / "records" / f"{study}.jsonl"
        rows = read_rows(path)
        worse = next(row for row in rows if row.direction and row.value > 0.05)
        sign = -1 if worse.direction == "higher" else 1
        write_rows(path, [replace(r, value=r.value * (1 + 0.2 * sign)) if r is worse else r for r in rows])
        code, out, _ = lazyartist("gate")
        assert code == 1
        assert worse.metric in out
        write_rows(path, rows)
        assert lazyartist("gate")[0] == 0

    return check


def test_a_strategy_of_another_package_is_listed_and_compared(example, lazyartist, gated):
    code, out, _ = lazyartist("list")
    assert code == 0
    assert "label_smoothing" in out
    words = ["--datasets", "digits", "--networks", "simple_cnn:width=4", "--seeds", "1", "--epochs", "0.5"]
    code, _, err = lazyartist("run", "cures", "--strategies", "label_smoothing:amount=0.2,erm", *words)
    assert code == 0, err
    code, out, _ = lazyartist("run", "cures", "--strategies", "oracle", *words)
    assert code == 0
    table = out.rpartition("Strategies:")[2]
    assert all(name in table for name in ("label_smoothing:amount=0.2", "erm", "oracle"))
    code, _, errors = lazyartist("run", "cures", "--strategies", "label_smoothing:amout=0.2", *words)
    assert code == 2
    assert "has the knobs ['amount'], not 'amout'" in errors
    gated("cures")


FAMILY = '''
    """Birds before walls: drawn from their factors."""
    import hashlib

    from dataclasses import dataclass

    import torch

    from lazyartist.data import DATASETS
    from lazyartist.data.images import Split
    from lazyartist.data.task import Task

    BIRDS, WALLS = 3, 5

    @dataclass(frozen=True, eq=False)
    class Birds:
        bird: torch.Tensor
        wall: torch.Tensor

        @property
        def factors(self):
            return {"bird": self.bird, "wall": self.wall}

        @property
        def sizes(self):
            return {"bird": BIRDS, "wall": WALLS}

        @property
        def fingerprint(self):
            return hashlib.sha256(torch.stack([self.bird, self.wall]).cpu().numpy().tobytes()).hexdigest()

        def __len__(self):
            return len(self.bird)

        def render(self, index):
            x = torch.zeros(len(index), 3, 16, 20)
            x[:, 0] = (self.wall[index] + 1)[:, None, None] / WALLS
            x[:, 2, 4:12] = (torch.arange(20) < 6 * (self.bird[index] + 1)[:, None])[:, None].float()
            return x

    def split(n, conflicting, seed):
        generator = torch.Generator().manual_seed(seed)
        bird = torch.arange(n) % BIRDS
        lies = torch.rand(n, generator=generator) < conflicting
        wall = torch.where(lies, torch.randint(0, WALLS, (n,), generator=generator), bird)
        return Split(Birds(bird, wall), "bird", ("wall",))

    @DATASETS.register("birds")
    def birds(*, seed: int = 0, conflicting: float = 0.1):
        """Three kinds of birds before one of five walls."""
        train, easy, test, fair = (
            split(n, c, 10 * seed + i)
            for i, (n, c) in enumerate([(240, conflicting), (90, conflicting), (150, 1.0), (240, 1.0)])
        )
        hard = {"elsewhere": test.subset(test.attribute != test.labels)}
        keys = {"bias": "wall", "conflicting": float(conflicting)}
        return Task("birds", train, easy, hard, test, fair, keys, seed)
'''


def test_a_dataset_family_of_another_package_is_listed_measured_and_gated(install, lazyartist, gated, tmp_path):
    """Three classes and five attribute values, which cannot be repainted."""
    install(
        "bird_family",
        {"birds.py": FAMILY, "__init__.py": ""},
        {"lazyartist.data": {"birds": "bird_family.birds:birds"}},
    )
    assert "birds" in lazyartist("list")[1]
    assert "birds: train 240, easy 90, test 150 images" in lazyartist("data", "birds")[1]
    words = ["--datasets", "birds:conflicting=0.2", "--networks", "simple_cnn:width=2", "--seeds", "1"]
    for study, more in (("cures", ["--strategies", "erm,group_dro,oracle"]), ("lazy", [])):
        code, out, errors = lazyartist("run", study, *words, *more, "--epochs", "1", "--batch-size", "32")
        assert code == 0, errors
        assert "birds" in out
        assert "hard_elsewhere_accuracy" in out
        rows = read_rows(tmp_path / "results" / "records" / f"{study}.jsonl")
        assert {(row.at["dataset"], row.at["bias"], row.at["conflicting"]) for row in rows} == {("birds", "wall", 0.2)}
        assert {"easy_accuracy", "hard_elsewhere_accuracy"} <= {row.metric for row in rows}
        assert {path.suffix for path in (tmp_path / "results").glob(f"{study}.*")} == {".md", ".csv", ".svg"}
        gated(study)
    code, _, errors = lazyartist("run", "cures", "--datasets", "brids", "--strategies", "erm")
    assert code == 2
    assert "Did you mean birds" in errors


STUDY = '''
    """What share of the easy images is answered with class 0."""
    from dataclasses import dataclass
    from typing import ClassVar

    from lazyartist.inference import predict
    from lazyartist.studies import STUDIES
    from lazyartist.studies.base import Fact
    from lazyartist.studies.classifiers import ClassifierStudy

    @STUDIES.register("zeros")
    @dataclass(frozen=True)
    class ZerosStudy(ClassifierStudy):
        """How often the answer is zero."""

        name: ClassVar[str] = "zeros"
        default_seeds: ClassVar[int] = 1
        wanted: int = 0

        def measure(self, run, trained):
            task = run.task()
            answers = predict(trained.model, task.easy)
            share = float((answers == self.wanted).double().mean())
            yield Fact("answered", share, len(task.easy), "higher")
            yield Fact("others", 1 - share, len(task.easy), "lower")
'''
TABLE = '''
    """Its table."""
    from lazyartist.reporting.table import Table
    from lazyartist.studies import TABLES

    @TABLES.register("zeros")
    def zeros_tables(rows):
        lines = [[str(row.seed), f"{row.value:.3f}"] for row in rows if row.metric == "answered"]
        return [Table("A table of my own", ("seed", "answered"), lines)]
'''
FIGURE = '''
    """Its figure."""
    from matplotlib.figure import Figure

    from lazyartist.studies import FIGURES

    @FIGURES.register("zeros")
    def zeros_figure(rows):
        figure = Figure()
        figure.subplots().bar(range(len(rows)), [row.value for row in rows])
        return figure
'''
ZEROS = {"lazyartist.studies": {"zeros": "zeros_chapter.study:ZerosStudy"}}
SMALL = ["--datasets", "digits", "--networks", "simple_cnn:width=2", "--epochs", "0.5"]


def test_a_study_of_another_package_brings_its_table_and_figure(install, lazyartist, gated, tmp_path):
    """One folder and one entry point: table and figure are found beside the study."""
    files = {"study.py": STUDY, "tables.py": TABLE, "figures.py": FIGURE, "__init__.py": ""}
    install("zeros_chapter", files, ZEROS)
    studies, _, figures = lazyartist("list")[1].partition("\nfigures\n")
    assert "  zeros " in studies
    assert "  zeros " in figures
    code, out, errors = lazyartist("run", "zeros:wanted=3", *SMALL)
    assert code == 0, errors
    assert "A table of my own" in out
    (row, _) = read_rows(tmp_path / "results" / "records" / "zeros.jsonl")
    assert (row.metric, row.at["wanted"], row.at["dataset"]) == ("answered", 3, "digits")
    assert {path.suffix for path in (tmp_path / "results").glob("zeros.*")} == {".md", ".csv", ".svg"}
    assert "A table of my own" in lazyartist("table", "zeros")[1]
    gated("zeros")
    code, _, errors = lazyartist("run", "zeros:wnted=3", *SMALL)
    assert code == 2
    assert "not 'wnted'" in errors


@pytest.mark.parametrize("layout", ["folder", "one file"])
def test_a_study_without_a_table_gets_a_plain_one(install, lazyartist, gated, tmp_path, layout):
    if layout == "folder":
        install("zeros_chapter", {"study.py": STUDY, "__init__.py": ""}, ZEROS)
    else:
        install("", {"zeros_alone.py": STUDY}, {"lazyartist.studies": {"zeros": "zeros_alone:ZerosStudy"}})
    code, out, errors = lazyartist("run", "zeros", *SMALL)
    assert code == 0, errors
    assert "answered" in out
    assert "others" in out
    assert {path.suffix for path in (tmp_path / "results").glob("zeros.*")} == {".md", ".csv"}
    gated("zeros")


NETWORK = '''
    """Somebody's network."""
    from torch import nn

    class Flat(nn.Module):
        """A linear look at small images; it knows no registry."""

        def __init__(self, classes=10, pixels=28, hidden=4):
            super().__init__()
            self.body = nn.Linear(3 * pixels * pixels, hidden)
            self.head = nn.Linear(hidden, classes)

        def forward(self, x):
            return self.head(self.body(x.flatten(1)).relu())
'''


def test_a_network_of_another_package_is_trained(install, lazyartist, gated, tmp_path):
    install("", {"flat_network.py": NETWORK}, {"lazyartist.networks": {"flat": "flat_network:Flat"}})
    assert "  flat " in lazyartist("list")[1]
    words = ["--datasets", "digits", "--networks", "flat:hidden=3", "--seeds", "1", "--epochs", "0.5"]
    code, out, errors = lazyartist("run", "cures", "--strategies", "erm,dfr", *words)
    assert code == 0, errors
    assert "flat:hidden=3" in out
    gated("cures")
    code, _, errors = lazyartist("run", "cures", "--networks", "flat:hiden=3", "--strategies", "erm")
    assert code == 2
    assert "not 'hiden'" in errors


MAP = '''
    """A map: the image's own brightness."""
    from dataclasses import dataclass

    from lazyartist.attribution.base import Map

    @dataclass(frozen=True)
    class Brightness(Map):
        """Where it is bright."""

        power: float = 1.0

        def __call__(self, model, images, target):
            return images.mean(1) ** self.power
'''


def test_a_map_of_another_package_is_listed_and_built(install, lazyartist, taught, task):
    install("", {"bright_map.py": MAP}, {"lazyartist.attribution": {"brightness": "bright_map:Brightness"}})
    assert "  brightness " in lazyartist("list")[1]
    images = task.easy.render(slice(0, 3))
    assert torch.equal(MAPS.build("brightness:power=2")(taught, images, 0), images.mean(1) ** 2)


ATTACK = '''
    """An attack: full brightness in every pixel."""
    from dataclasses import dataclass

    from lazyartist.attacks.fixed_epsilon import FixedEpsilonAttack

    @dataclass(frozen=True)
    class Bright(FixedEpsilonAttack):
        """As bright as it may be."""

        sign: int = 1

        def run(self, model, criterion, ball, best, generator):
            everything = torch.arange(len(ball.images))
            x = ball.moved(everything, torch.tensor(float(self.sign)))
            best.offer(everything, x, criterion.at(everything).margin(model(x)))
'''.replace("from dataclasses import dataclass\n", "from dataclasses import dataclass\n\n    import torch\n")


def test_an_attack_of_another_package_is_listed_and_run(install, lazyartist, taught, task):
    install("", {"bright_attack.py": ATTACK}, {"lazyartist.attacks": {"bright": "bright_attack:Bright"}})
    assert "  bright " in lazyartist("list")[1]
    images = task.easy.render(slice(0, 3))
    criterion = TargetedConfidence(torch.zeros(3, dtype=torch.long))
    result = ATTACKS.build("bright:sign=-1")(taught, images, criterion, 0.1)
    assert ((result.images <= images) & (result.images >= images - 0.1)).all()
    assert not torch.equal(result.images, images)


VARIANT = '''
    """A sparse autoencoder whose features are squared."""
    from dataclasses import dataclass

    from lazyartist.sae.topk import TopK

    @dataclass(frozen=True)
    class TopTwo(TopK):
        """Two features fire, and no more."""

        k: int = 2
'''


def test_an_autoencoder_of_another_package_is_listed_and_trained(install, lazyartist):
    install("", {"two_features.py": VARIANT}, {"lazyartist.sae": {"two": "two_features:TopTwo"}})
    assert "  two " in lazyartist("list")[1]
    vectors = torch.randn(300, 6, generator=torch.Generator().manual_seed(0))
    (sae,) = train(SAES.build("two"), vectors, features=8, budget=SaeBudget(steps=20))
    codes = sae.encode(vectors)
    assert int((codes != 0).sum(1).max()) <= 2


CASE = '''
    """A case, and what mends it: the scales show too much."""
    from dataclasses import dataclass
    from typing import ClassVar

    import torch

    from lazyartist.clinic.base import Admission, Case, Remedy, Score, WriteUp

    @dataclass(frozen=True)
    class Scales(Case):
        """Scales that show too much."""

        name: ClassVar[str] = "scales"
        defect: ClassVar[str] = "The scales show too much."
        metric: ClassVar[str] = "mean error"
        direction: ClassVar[str] = "lower"
        write_up: ClassVar[WriteUp] = WriteUp("", None)
        cure: ClassVar[str] = "tare"
        excess: float = 1.0

        def draw(self, seed, shelf):
            weights = torch.rand(10, generator=torch.Generator().manual_seed(seed))
            return Admission(weights + self.excess, weights)

        def baseline(self, patient, seed):
            return patient

        def oracle(self, admission, seed):
            return admission.sealed

        def judge(self, treated, sealed):
            return Score(float((treated - sealed).abs().mean()), len(sealed))

    @dataclass(frozen=True)
    class Tare(Remedy):
        """Take off the least that was shown."""

        def treat(self, patient, seed):
            return patient - patient.min()
'''


def test_a_case_of_another_package_is_listed_treated_and_gated(install, lazyartist, gated):
    points = {
        "lazyartist.clinic": {"scales": "scales_case:Scales"},
        "lazyartist.remedies": {"scales.tare": "scales_case:Tare"},
    }
    install("", {"scales_case.py": CASE}, points)
    code, out, _ = lazyartist("list")
    assert code == 0
    assert "  scales " in out
    assert "scales.tare" in out
    code, out, errors = lazyartist("clinic", "scales:excess=2", "--seed", "1")
    assert code == 0, errors
    assert "The broken model: 2.000. The same model never broken: 0.000." in out
    code, out, errors = lazyartist("run", "clinic", "--cases", "scales", "--seeds", "1")
    assert code == 0, errors
    assert "(tare)" in out
    gated("clinic")
    code, _, errors = lazyartist("clinic", "scales", "--remedy", "tear")
    assert code == 2
    assert "Did you mean scales.tare?" in errors
    code, _, errors = lazyartist("clinic", "--remedy", "tare")
    assert code == 2
    assert "of which case?" in errors


def test_the_contract_runs_in_another_package(example, pytester, taught):
    del (
        taught
    )  # what a training imports is imported before: the pytest inside forgets what it imported, and torch does not
    pytester.makepyfile(test_example=(EXAMPLE / "contract.py").read_text())
    pytester.runpytest_inprocess("-q", "-p", "no:randomly").assert_outcomes(passed=len(checks.CHECKS))
