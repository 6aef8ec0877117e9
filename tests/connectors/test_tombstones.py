"""What happens to records that a complete export no longer holds."""

import datetime as dt

import duckdb
import pytest

from connectors.contract import ENTITIES
from connectors.errors import SourceError
from connectors.landing import land_entity, prepare_raw
from connectors.manifest import last_manifest_row
from connectors.validation import TextForm

HEADINGS = "customer_id, customer_name"


@pytest.fixture
def warehouse():
    with duckdb.connect(":memory:") as connection:
        prepare_raw(connection, "files")
        yield connection


def export(connection, load, rows, is_complete=True, malformed=0):
    """Land customers given as (id, name) as load number `load`."""
    entity = ENTITIES["customers"]
    empty = ", ".join(
        f"cast(null as varchar) as {name}"
        for name in entity.column_names
        if name not in ("customer_id", "customer_name")
    )
    values = ", ".join(f"({i}, {id_!r}, {name!r})" for i, (id_, name) in enumerate(rows, 2))
    filled = f"(values {values})" if rows else "(select 0, '', '' where false)"
    connection.execute(
        f"create or replace temp table incoming as select nullif(customer_id, '') as customer_id,"
        f" replace(customer_name, '~', chr(0)) as customer_name, {empty},"
        f" cast(line as bigint) as _line, cast(null as json) as _extra from {filled} as given(line, {HEADINGS})"
    )
    connection.execute("create or replace temp table malformed (line bigint, raw_row json)")
    return land_entity(
        connection,
        "files",
        entity,
        relation="incoming",
        form=TextForm(),
        file="customers.csv",
        content_hash=str(load),
        loaded_at=dt.datetime(2026, 1, load),
        malformed=malformed,
        malformed_relation="malformed",
        is_complete=is_complete,
    )


def raw(connection):
    return connection.execute(
        "select customer_id, customer_name, _load_id, _is_deleted from raw_files.customers order by 3, 4, 1"
    ).fetchall()


def test_record_missing_from_a_complete_export_gets_one_tombstone(warehouse):
    export(warehouse, 1, [("A", "Alpha"), ("B", "Beta")])
    row = export(warehouse, 2, [("A", "Alpha")])

    assert (row.rows_in, row.loaded, row.exact_duplicates, row.deleted) == (1, 0, 1, 1)
    assert raw(warehouse) == [
        ("A", "Alpha", 1, False),
        ("B", "Beta", 1, False),
        ("B", None, 2, True),
    ]
    # A second such export finds nothing more to bury.
    assert export(warehouse, 3, [("A", "Alpha")]).deleted == 0


def test_record_missing_from_a_part_stays(warehouse):
    export(warehouse, 1, [("A", "Alpha"), ("B", "Beta")])
    assert export(warehouse, 2, [("A", "Alpha")], is_complete=False).deleted == 0
    assert len(raw(warehouse)) == 2


def test_buried_record_comes_back_as_it_was(warehouse):
    export(warehouse, 1, [("A", "Alpha"), ("B", "Beta")])
    export(warehouse, 2, [("A", "Alpha")])
    row = export(warehouse, 3, [("A", "Alpha"), ("B", "Beta")])

    assert (row.loaded, row.exact_duplicates, row.deleted) == (1, 1, 0)
    assert raw(warehouse)[-1] == ("B", "Beta", 3, False)


def test_nothing_is_buried_where_a_row_could_not_be_read(warehouse):
    export(warehouse, 1, [("A", "Alpha"), ("B", "Beta")])
    assert export(warehouse, 2, [("A", "Alpha")], malformed=1).deleted == 0
    # A row without its key, in quarantine, may be B.
    assert export(warehouse, 3, [("A", "Alpha"), ("", "Beta")]).deleted == 0


def test_record_in_quarantine_is_not_taken_for_gone(warehouse):
    export(warehouse, 1, [("A", "Alpha"), ("B", "Beta")])
    row = export(warehouse, 2, [("A", "Alpha"), ("B", "x~y")])
    assert (row.quarantined, row.deleted) == (1, 0)


def test_half_an_export_is_refused_and_changes_nothing(warehouse):
    everyone = [(f"C{number}", f"Customer {number}") for number in range(40)]
    export(warehouse, 1, everyone)
    before = raw(warehouse)
    with pytest.raises(
        SourceError, match=r"customers\.csv is declared complete and lacks 35 of 40"
    ):
        export(warehouse, 2, everyone[:5])
    assert raw(warehouse) == before
    assert last_manifest_row(warehouse, "files", "customers").load_id == 1
