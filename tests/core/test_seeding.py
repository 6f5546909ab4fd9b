from lazyartist.seeding import seed_from


def test_a_seed_depends_on_its_names_alone():
    assert seed_from("order", 3) == seed_from("order", 3) == 4219176741761377109
    assert len({seed_from("order", 3), seed_from("order", 4), seed_from("weights", 3), seed_from("order3")}) == 4
    assert all(0 <= seed_from(i) < 2**63 for i in range(100))
