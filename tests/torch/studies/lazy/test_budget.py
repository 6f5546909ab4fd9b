from lazyartist.reporting.table import ACCURACIES


def test_it_looks_at_each_checkpoint_and_at_the_end(on_digits):
    rows = on_digits("budget", seeds=1, checkpoints=(2, 3, 99), budget={"epochs": 0.5})
    last = 1149 // 128 // 2
    assert [(row.at["step"], row.metric) for row in rows] == [(s, m) for s in (2, 3, last) for m in ACCURACIES]
    assert {row.at["strategy"] for row in rows} == {"erm"}
    assert {row.direction for row in rows} == {""}
