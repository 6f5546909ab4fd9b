"""The chapter's tables on rows made by hand."""

from lazyartist.reporting.row import Origin, Row
from lazyartist.studies.latents.tables import latents_tables, parts_tables


RECIPE = {"variant": "circle_vae", "coder": "basis_mlp", "latents": 6, "steps": 5000, "batch_size": 128}
OURS = {"dataset": "room3d", **RECIPE, "polish": 3000, "candidates": 4}
OTHER = {**OURS, "variant": "vae", "latents": 10, "polish": 0, "candidates": 1}


def rows_of(at, mig, seed, **numbers):
    origin = Origin(run=f"{at['variant']}{seed}", at=at, seconds=100.0 + seed)
    facts = [({}, {"mig": mig, "ssim": 0.95, "active_latents": 6, "reconstruction_error": 1.0, **numbers})]
    facts += [({"factor": name}, {"gap": mig, "largest_information": 0.99}) for name in ("hue", "size")]
    return [
        Row("latents", {**at, **keys}, seed, metric, float(value), 10, "", origin)
        for keys, of in facts
        for metric, value in of.items()
    ]


ROWS = [*rows_of(OTHER, 0.1, 0), *rows_of(OTHER, 0.2, 1), *rows_of(OURS, 0.8, 0, sap=0.4), *rows_of(OURS, 0.6, 1)]


def test_recipes_stand_in_the_order_of_their_mig():
    compared = latents_tables(ROWS)[0]
    assert [line[1] for line in compared.rows] == ["circle_vae (best of 4, polished)", "vae"]
    assert [line[compared.header.index("circles")] for line in compared.rows] == ["yes", "no"]


def test_every_seed_is_shown_and_what_was_not_measured_is_a_dash():
    compared = latents_tables(ROWS)[0]
    first, second = (dict(zip(compared.header, line, strict=True)) for line in compared.rows)
    assert (first["MIG of each seed"], second["MIG of each seed"]) == ("0.80, 0.60", "0.10, 0.20")
    assert (first["SAP"], second["SAP"], first["seeds"]) == ("0.40", "–", "2")


def test_cost_counts_the_images_of_one_training():
    cost = latents_tables(ROWS)[1]
    line = dict(zip(cost.header, cost.rows[0], strict=True))
    assert (line["images of one training"], line["CPU seconds, median"], line["at most"]) == ("640,000", "101", "101")


def test_factors_have_a_table_per_dataset():
    elsewhere = [*rows_of({**OURS, "dataset": "sprites2d", "size": 32}, 0.3, 0)]
    tables = [table for table in parts_tables([*ROWS, *elsewhere]) if "each factor" in table.title]
    assert [table.title.rpartition(": ")[2] for table in tables] == ["room3d", "sprites2d"]
    assert tables[1].rows[0][0] == "sprites2d, size 32"
    assert tables[0].rows[0][4:6] == ["0.99 (0.70)", "0.99 (0.70)"]
