"""What decides numbers of the clinic is in their keys: the user's files, and the libraries that a thing declares."""

import importlib.metadata

from importlib.metadata import PackageNotFoundError, version

import pytest

from lazyartist.clinic.broken_embeddings.case import BrokenEmbeddings
from lazyartist.clinic.broken_embeddings.remedies import WithDonor
from lazyartist.clinic.shelf import Shelf
from lazyartist.studies.clinic import clinic as study_module
from lazyartist.studies.clinic.clinic import ClinicRun, ClinicStudy
from lazyartist.training.store import Store, versions


@pytest.fixture
def installed(monkeypatch):
    """Say which versions of optional libraries are installed, whatever is."""
    said = {}

    def answer(name):
        if said.get(name, "") is None:
            raise PackageNotFoundError(name)
        return said.get(name) or version(name)

    monkeypatch.setattr(importlib.metadata, "version", answer)
    return said


def test_a_library_that_is_not_installed_has_a_version_too(installed):
    installed |= {"gguf": "7.0", "transformers": None}
    assert versions(["gguf", "transformers"]) == {**versions(), "gguf": "7.0", "transformers": "none"}


def test_the_key_of_a_run_has_the_libraries_that_its_case_and_its_remedy_declare(installed, monkeypatch):
    monkeypatch.setattr(study_module, "code_digest", lambda *things: "the same")  # it takes a second
    installed |= dict.fromkeys((*BrokenEmbeddings.libraries, *WithDonor.libraries), "1.0")
    study = ClinicStudy(seeds=1)
    runs = [ClinicRun("broken_embeddings", "donor", 0), ClinicRun("broken_embeddings", "text", 0)]
    runs.append(ClinicRun("intent_slots", "baseline", 0))

    def changed(library):
        before = [study.digest(run) for run in runs]
        installed[library] = "2.0"
        return {run.remedy for run, old in zip(runs, before, strict=True) if study.digest(run) != old}

    assert changed("gguf") == {"donor"}
    assert changed("transformers") == {"donor", "text"}


def test_so_has_the_key_of_what_a_case_keeps(installed, tmp_path):
    case = BrokenEmbeddings(encoder="tiny")
    installed["tokenizers"] = "1.0"
    before = Shelf(case, Store(tmp_path)).provenance("probe", 0)
    installed["tokenizers"] = None
    after = Shelf(case, Store(tmp_path)).provenance("probe", 0)
    assert before.key != after.key
    assert after.versions["tokenizers"] == "none"
