from lazyartist.probes.conflict_detection import CONFLICT_SCORES
from lazyartist.studies.cures.metrics import DETECTION
from lazyartist.studies.cures.naming import NamingStudy


def test_every_score_is_judged_at_every_checkpoint_within_the_budget(on_digits):
    knobs = {"conflicts": (0.05,), "checkpoints": (0.25, 0.5, 1)}
    rows = on_digits("naming", seeds=1, strategies="erm", budget={"epochs": 0.5}, **knobs)
    assert {(row.metric, row.at["epoch"], row.at["score"]) for row in rows} == {
        (metric, epoch, score)
        for metric in DETECTION
        for epoch in (0.25, 0.5)
        for score in (*CONFLICT_SCORES, "mean_margin")
    }
    assert len(rows) == len({row.group for row in rows})
    assert {row.at["strategy"] for row in rows} == {"erm"}
    assert {(row.at["correlation"], row.at["conflict"]) for row in rows} == {(0.95, "others")}
    assert all(-1e-9 <= row.value <= 1 + 1e-9 for row in rows)
    # the mean margin is the margin at first, and then the mean over checkpoints
    values = {(row.metric, row.at["epoch"], row.at["score"]): row.value for row in rows}
    for metric in DETECTION:
        assert values[metric, 0.25, "mean_margin"] == values[metric, 0.25, "margin"]
    assert any(values[metric, 0.5, "mean_margin"] != values[metric, 0.5, "margin"] for metric in DETECTION)


def test_the_shares_of_conflicting_images_are_knobs():
    study = NamingStudy(conflicts=(0.01, 0.2), datasets="digits", seeds=1, strategies="erm")
    assert [run.data for run in study.runs()] == [
        (("correlation", 0.99), ("conflict", "others")),
        (("correlation", 0.8), ("conflict", "others")),
    ]


def test_data_that_are_as_they_are_are_looked_at_once():
    study = NamingStudy(conflicts=(0.01, 0.2), datasets=("folder:birds", "digits"), seeds=1, strategies="erm")
    assert [(run.dataset, run.data) for run in study.runs()] == [
        ("digits", (("correlation", 0.99), ("conflict", "others"))),
        ("digits", (("correlation", 0.8), ("conflict", "others"))),
        ("folder:birds", ()),
    ]
