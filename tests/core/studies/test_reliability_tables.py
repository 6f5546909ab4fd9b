"""What the soak counted, as tables: one for each kind of fault, in an order of their own."""

from lazyartist.reporting.row import Origin, Row
from lazyartist.studies.reliability.tables import reliability_tables


def counted(part, what, **outcomes):
    origin = Origin(run="a", at={"part": part, "what": what})
    return [Row("reliability", origin.at, 0, name, value, 9, "", origin) for name, value in outcomes.items()]


def test_there_is_a_table_for_each_kind_of_fault_that_was_counted():
    rows = [
        *counted("damage", "models", tried=84, healed=78, named=6, used=0),
        *counted("damage", "fetched data", tried=1056, healed=48, harmless=8, used=0),
        *counted("something new", "a thing", tried=1),
        *counted("kill", "the group", tried=20),
    ]
    killed, damaged, new = reliability_tables(rows)
    assert (killed.title, damaged.title, new.title) == ("Killed", "Damaged", "something new")
    assert killed.rows == [["the group", "20"]]
    assert damaged.header == ("what", "tried", "healed", "named", "used", "harmless")
    assert damaged.rows == [["fetched data", "1,056", "48", "–", "0", "8"], ["models", "84", "78", "6", "0", "–"]]
    assert "believed" in damaged.note
