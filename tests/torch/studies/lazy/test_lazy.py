from lazyartist.reporting.table import ACCURACIES


def test_it_writes_accuracies_the_recolour_proof_and_the_steps(on_digits):
    rows = on_digits("lazy", seeds=1)
    metrics = {row.metric: row for row in rows}
    assert list(metrics) == [*ACCURACIES, "follows_bias", "keeps_class", "steps"]
    assert {row.at["strategy"] for row in rows} == {"lazy"}
    assert {metric: row.direction for metric, row in metrics.items() if row.direction} == {
        "easy_accuracy": "higher",
        "hard_rotated_accuracy": "lower",
        "hard_other_accuracy": "lower",
        "follows_bias": "higher",
    }
    assert metrics["steps"].value % 20 == 0
    at = rows[0].at
    own_budget = {"epochs": 8, "batch_size": 128, "learning_rate": 1e-3, "schedule": "constant"}
    assert {key: at[key] for key in own_budget} == own_budget
