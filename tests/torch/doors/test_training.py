"""One file and an entry point add a strategy, a dataset or a network."""

from lazyartist import checks
from lazyartist.reporting.records import read_rows


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


def test_the_contract_runs_in_another_package(example, pytester, taught):
    del (
        taught
    )  # what a training imports is imported before: the pytest inside forgets what it imported, and torch does not
    pytester.makepyfile(test_example=(example / "contract.py").read_text())
    pytester.runpytest_inprocess("-q", "-p", "no:randomly").assert_outcomes(passed=len(checks.CHECKS))


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
