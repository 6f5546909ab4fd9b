"""The studies of sparse autoencoders, end to end: on the digits, and on images that cannot be repainted."""

import math

import pytest

from lazyartist.cli import main
from lazyartist.data import DATASETS
from lazyartist.reporting.publish import tables_of
from lazyartist.reporting.records import read_rows
from lazyartist.studies.decomposition.erasure import ErasureStudy
from lazyartist.studies.decomposition.layer_probing import LayerProbingStudy
from lazyartist.studies.decomposition.sae import SaeStudy
from lazyartist.studies.decomposition.sae_variants import SaeVariantsStudy
from lazyartist.training.store import Store


KNOBS = {
    "sae": "steps=60:vectors_per_step=128",
    "sae_variants": "steps=60:vectors_per_step=128:width=16",
    "layer_probing": "steps=60:vectors_per_step=128",
    "erasure": "steps=60:vectors_per_step=128:refitted_on=200",
}
SHORT = {"datasets": "marked", "strategies": "lazy", "seeds": 1, "budget": {"batch_size": 32}, "steps": 60}


def keys_of(row):
    return tuple(sorted((key, value) for key, value in row.at.items() if key not in row.origin.at))


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "sae",
            {
                ("explained_variance", ()),
                ("attribute_auroc", ()),
                ("stable_features", ()),
                ("steer_up", (("direction", "features"),)),
                ("probe_auroc", (("factor", "colour"), ("features", 1))),
                ("probe_auroc", (("factor", "class"), ("features", 5))),
                ("loss_recovered", ()),
            },
        ),
        ("sae_variants", {("l0", (("sae", "topk:k=4"),)), ("shared_features", (("sae", "relu_l1:strength=0.03"),))}),
        (
            "layer_probing",
            {
                ("auroc", (("by", "feature"), ("factor", "colour"), ("layer", "conv1"))),
                ("auroc", (("by", "probe"), ("factor", "class"), ("layer", "conv3"))),
            },
        ),
        (
            "erasure",
            {
                ("hard_other_accuracy", (("edit", "LEACE"), ("head", "own"))),
                ("easy_accuracy", (("edit", "oracle"), ("head", "own"))),
                ("hard_rotated_accuracy", (("edit", "nothing"), ("head", "refitted"))),
                ("easy_accuracy", (("edit", "colour features"), ("head", "own"))),
                ("scr", (("ablated", 5),)),
            },
        ),
    ],
)
def test_every_study_runs_and_shows_its_rows(name, facts, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    words = [
        "run",
        f"{name}:{KNOBS[name]}",
        "--datasets",
        "digits",
        "--strategies",
        "lazy",
        "--seeds",
        "1",
        "--jobs",
        "1",
    ]
    assert main([*words, "--epochs", "2", "--batch-size", "32", "--results", str(tmp_path)]) == 0
    rows = read_rows(tmp_path / "records" / f"{name}.jsonl")
    assert facts <= {(row.metric, keys_of(row)) for row in rows}
    assert all(row.at["steps"] == 60 for row in rows)  # a knob that was changed is a key
    assert "digits" in capsys.readouterr().out
    assert (tmp_path / f"{name}.md").read_text(encoding="utf-8").startswith("## ")
    assert (tmp_path / "features_digits.svg").exists() == (name == "sae")
    classifiers = [each.spec for each, _ in Store(tmp_path / "store").list() if each.kind == "classifier"]
    assert [spec["strategy"] for spec in classifiers].count("Oracle()") == (name == "erasure")
    assert {spec["budget"]["epochs"] for spec in classifiers} == {2}  # the oracle's too: what was asked for


@pytest.mark.parametrize("dataset", ["marked", "marked:classes=2:marks=4", "marked:classes=4:bias=mark+tint"])
@pytest.mark.parametrize(
    "study",
    [
        SaeStudy(**SHORT),
        SaeVariantsStudy(**SHORT, variants=("topk:k=4", "relu_l1:strength=0.1")),
        LayerProbingStudy(**SHORT),
        ErasureStudy(**SHORT, refitted_on=200),
    ],
    ids=lambda study: study.name,
)
@pytest.mark.usefixtures("marked")
def test_every_study_runs_on_images_that_cannot_be_repainted(study, dataset, store):
    (run,) = type(study)(**{**vars(study), "datasets": dataset}).runs()
    rows = study.rows(run, store)
    assert all(math.isfinite(row.value) for row in rows)
    assert all(table.rows for table in tables_of(study.name, rows))
    bias = run.task().train.bias
    if study.name in ("sae", "layer_probing"):
        assert list(dict.fromkeys(row.at["factor"] for row in rows if "factor" in row.at)) == [*bias, "class"]
    if study.name == "erasure":
        assert f"{' and '.join(bias)} features" in {row.at.get("edit") for row in rows}
        assert {row.at["ablated"] for row in rows if row.metric == "scr"} == {2, 5, 10, 20}


def test_the_strong_shortcut_is_for_what_is_trained_for_long():
    runs = ErasureStudy(datasets="digits", seeds=1, strategies=("lazy", "lazy:check_every=10", "erm")).runs()
    assert [(run.strategy, dict(run.data).get("correlation")) for run in runs] == [
        ("lazy", None), ("lazy:check_every=10", None), ("erm", 0.995)
    ]  # fmt: skip
    assert runs[2].task().keys["correlation"] == 0.995
    assert runs[2].task().keys["conflict"] == "others"
    assert ErasureStudy().budget_of("oracle").epochs == ErasureStudy().budget_of("erm").epochs == 4


def test_a_dataset_without_a_correlation_is_taken_as_it_is(monkeypatch):
    monkeypatch.setattr(DATASETS, "_things", dict(DATASETS._things))

    @DATASETS.register("fixed")
    def fixed(seed=0):
        raise NotImplementedError

    assert [run.data for run in ErasureStudy(datasets="fixed", seeds=1).runs()] == [(), ()]
