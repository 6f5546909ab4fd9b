"""One file and an entry point add a study, with or without a table, or a case of the clinic."""

import pytest

from lazyartist.reporting.records import read_rows


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
