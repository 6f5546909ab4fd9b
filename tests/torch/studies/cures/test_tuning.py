from lazyartist.studies.cures.tuning import TuningStudy


def test_it_looks_at_the_easy_split_alone_on_seeds_of_its_own(on_digits):
    rows = on_digits("tuning", seeds=1, strategies="erm", budget={"epochs": 0.5})
    assert [row.metric for row in rows] == ["easy_accuracy", "conflicting_accuracy"]
    assert {row.seed for row in rows} == {100}
    assert {row.direction for row in rows} == {""}
    (run,) = TuningStudy(datasets="digits", seeds=1).runs()
    task = run.task()
    assert rows[0].n == len(task.easy)
    assert rows[1].n == int((task.easy.attribute != task.easy.labels).sum())
