import math

import pytest
import torch

from matplotlib.figure import Figure

from lazyartist.cli import main
from lazyartist.clinic import CASE_FIGURES, REMEDIES, checks
from lazyartist.clinic.examine import build_case, examine, remedies_of
from lazyartist.clinic.story import story
from lazyartist.registry import UnknownNameError
from lazyartist.training.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_a_remedy_is_measured_between_the_broken_model_and_its_healthy_twin(scales, store):
    found = examine(scales, "half", 3, store)
    base, best = found.ends.scores["baseline"].value, found.ends.scores["oracle"].value
    assert best == 0
    assert base == pytest.approx(5.005, abs=0.01)
    assert found.norm_score == pytest.approx(50, abs=0.1)  # lower is better here
    assert examine(scales, "baseline", 3, store).norm_score == 0
    assert examine(scales, "oracle", 3, store).norm_score == 100


def test_what_harms_has_a_negative_score(scales, store):
    assert examine(scales, "tare:share=-1", 0, store).norm_score == pytest.approx(-100, abs=0.5)


def test_ends_without_a_gap_have_no_norm_score(scales, store):
    with pytest.raises(ValueError, match="the best to be better"):
        _ = examine(scales, "tare", 0, _Level(store.root)).norm_score


class _Level(Store):
    """A store whose numbers say that the twin is no better."""

    def keep(self, provenance, make):
        kept = super().keep(provenance, make)
        if "both ends" in provenance.kind:
            return type(kept)({}, {**kept.facts, "oracle score": kept.facts["baseline score"]})
        return kept


def test_ends_are_measured_once(scales, store, monkeypatch):
    first = examine(scales, "tare", 0, store)
    monkeypatch.setattr(type(scales), "oracle", lambda *_: pytest.fail("measured again"))
    assert examine(scales, "half", 0, store).ends.scores["oracle"].value == first.ends.scores["oracle"].value


def test_names_that_are_wrong_are_said(scales, store):
    assert remedies_of("scales") == ["half", "tare"]
    with pytest.raises(UnknownNameError, match=r"scales\.tare"):
        examine(scales, "tear", 0, store)
    with pytest.raises(UnknownNameError, match="no case called 'scale'"):
        build_case("scale")
    with pytest.raises(ValueError, match="exces"):
        build_case("scales:exces=3")


def test_a_remedy_that_returns_nothing_is_named(scales, store, monkeypatch):
    monkeypatch.setattr(REMEDIES["scales.half"], "treat", lambda remedy, patient, seed: None)
    with pytest.raises(ValueError, match=r"scales\.half returns nothing"):
        examine(scales, "half", 0, store)


def test_a_remedy_that_is_tried_leaves_the_shipped_picture_alone(scales, monkeypatch, tmp_path):
    del scales
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    monkeypatch.setitem(CASE_FIGURES._things, "scales", lambda found: Figure())
    assert main(["clinic", "scales", "--results", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.glob("*.png")] == ["clinic_scales.png"]
    assert main(["clinic", "scales", "--remedy", "half", "--results", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["clinic_scales.png", "clinic_scales_tried.png"]


def test_the_story_has_every_number(scales, store):
    found = examine(scales, "half", 0, store)
    text = "\n".join(story(found))
    for words in (
        "show more than",
        "5.0",
        "0.000",
        "2.5",
        f"Norm score: {found.norm_score:.1f}",
        "It counts light",
        "40 %",
    ):
        assert words in text
    assert "It was never broken." in "\n".join(story(examine(scales, "oracle", 0, store)))


@pytest.fixture
def fresh_checks():
    """What the checks remember of one case is forgotten, before and after."""
    for remembered in (checks._drawn, checks._treated):
        remembered.cache_clear()
    yield
    for remembered in (checks._drawn, checks._treated):
        remembered.cache_clear()


def test_the_contract_passes_a_remedy_that_works_on_copies(scales, fresh_checks):
    for check in checks.OF_REMEDIES:
        check("scales.tare")
    for check in checks.OF_CASES:
        check("scales")


def test_the_contract_catches_a_remedy_that_changes_the_patient(scales, fresh_checks, monkeypatch):
    monkeypatch.setattr(REMEDIES["scales.tare"], "treat", lambda self, patient, seed: patient["shown"].sub_(1))
    with pytest.raises(AssertionError, match="changes the patient"):
        checks.check_the_patient_stays_as_it_is("scales.tare")


def test_the_contract_catches_chance(scales, fresh_checks, monkeypatch):
    monkeypatch.setattr(REMEDIES["scales.tare"], "treat", lambda self, patient, seed: patient["shown"] * torch.rand(()))
    with torch.random.fork_rng(devices=[]):
        with pytest.raises(AssertionError, match="one seed got the scores"):
            checks.check_a_treatment_can_be_repeated("scales.tare")
        with pytest.raises(AssertionError, match="global generator"):
            checks.check_the_patient_stays_as_it_is("scales.tare")


def test_the_contract_catches_what_is_not_a_number(scales, fresh_checks, monkeypatch):
    monkeypatch.setattr(REMEDIES["scales.tare"], "treat", lambda self, patient, seed: patient["shown"] * math.nan)
    with pytest.raises(AssertionError, match="score of nan"):
        checks.check_a_treatment_can_be_repeated("scales.tare")


def test_the_contract_catches_an_oracle_that_is_no_better(scales, fresh_checks, monkeypatch):
    monkeypatch.setattr(type(scales), "oracle", lambda self, admission, seed: admission.patient["shown"])
    with pytest.raises(AssertionError, match="lower is better"):
        checks.check_the_oracle_is_better("scales")
