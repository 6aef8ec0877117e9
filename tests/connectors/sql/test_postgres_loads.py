"""A PostgreSQL database into raw: whole loads, changes, deletions, and what is left as it was."""

import datetime as dt

import pytest

from connectors.errors import SourceError

TABLE = """
create table invoices (
    id text primary key, customer text, issued date, currency text, total numeric(18, 2),
    updated_at timestamptz
)
"""
COLUMNS = {
    "invoice_id": "id",
    "customer_id": "customer",
    "invoice_date": "issued",
    "currency": "currency",
    "gross_amount": "total",
}
INVOICES = {"table": "invoices", "columns": COLUMNS, "cursor": "updated_at"}
WITHOUT_CURSOR = {"table": "invoices", "columns": COLUMNS}


def fill(rig, rows=5, first=1, at="2026-03-01 12:00+00"):
    """Invoices I<n> of customer C<n mod 3>, n.10 euros each, all touched at one instant."""
    rig.sql(
        "insert into invoices select 'I' || n, 'C' || n % 3, date '2026-01-01' + n, 'EUR', n + 0.10,"
        " cast(:at as timestamptz) from generate_series(:first, :last) n",
        at=at,
        first=first,
        last=first + rows - 1,
    )


@pytest.fixture
def erp(rig):
    rig.sql(TABLE)
    return rig


def counts(row):
    return (row.rows_in, row.loaded, row.exact_duplicates, row.quarantined, row.deleted)


def test_first_load_brings_every_row_with_exact_sums(erp):
    fill(erp, 5)
    row = erp.load(invoices=INVOICES)["invoices"]

    assert counts(row) == (5, 5, 0, 0, 0)
    # 1.10 + 2.10 + 3.10 + 4.10 + 5.10
    assert row.amounts == {"EUR": "15.50"}
    assert (row.file, row.window_from, row.window_to) == (
        "invoices",
        None,
        "2026-03-01 12:00:00+00",
    )
    assert erp.raw("select invoice_id, invoice_date from raw_sql.invoices where _line = 1") == [
        ("I1", dt.date(2026, 1, 2))
    ]


def test_next_load_brings_exactly_the_changed_and_new_rows(erp):
    fill(erp, 4, at="2026-02-01 12:00+00")
    fill(erp, 1, first=5)
    erp.load(invoices=INVOICES)
    erp.sql("update invoices set total = 99, updated_at = '2026-03-03 08:00+00' where id = 'I2'")
    fill(erp, 1, first=6, at="2026-03-03 09:00+00")
    row = erp.load(day=2, invoices=INVOICES)["invoices"]

    # I5 lies in the overlap.
    assert counts(row) == (3, 2, 1, 0, 0)
    assert erp.living(columns="invoice_id, gross_amount::varchar") == [
        ("I1", "1.10"),
        ("I2", "99.00"),
        ("I3", "3.10"),
        ("I4", "4.10"),
        ("I5", "5.10"),
        ("I6", "6.10"),
    ]
    # A day before the last cursor, and the newest change.
    assert (row.window_from, row.window_to) == (
        "2026-02-28 12:00:00+00:00",
        "2026-03-03 09:00:00+00",
    )


@pytest.mark.parametrize("mapped", [INVOICES, WITHOUT_CURSOR, WITHOUT_CURSOR | {"sweep_days": 0}])
def test_loading_again_without_changes_leaves_the_table_as_it_was(erp, mapped):
    fill(erp, 5)
    erp.load(invoices=mapped)
    before = erp.state()
    row = erp.load(day=1, invoices=mapped)["invoices"]

    assert counts(row) == (5, 0, 5, 0, 0)
    assert erp.state() == before


def test_rows_at_exactly_the_last_cursor_are_read_again_without_overlap(erp):
    mapped = INVOICES | {"overlap": 0}
    fill(erp, 3)
    erp.load(invoices=mapped)
    fill(erp, 2, first=4)
    assert counts(erp.load(day=1, invoices=mapped)["invoices"]) == (5, 2, 3, 0, 0)


def test_row_committed_late_with_an_older_cursor_is_caught_by_the_overlap(erp):
    fill(erp, 3, at="2026-03-01 12:00+00")
    erp.load(invoices=INVOICES)
    # Begun before, committed after the load.
    fill(erp, 1, first=4, at="2026-03-01 11:59+00")
    fill(erp, 1, first=5, at="2026-02-28 11:00+00")
    assert erp.load(day=1, invoices=INVOICES)["invoices"].loaded == 1
    assert ("I4",) in erp.living()
    # Older than the overlap: the next full read finds it.
    assert erp.load(day=7, invoices=INVOICES)["invoices"].loaded == 1
    assert ("I5",) in erp.living()


def test_rows_without_a_cursor_value_are_read_at_every_load(erp):
    fill(erp, 3)
    fill(erp, 1, first=4, at=None)
    assert erp.load(invoices=INVOICES)["invoices"].loaded == 4
    fill(erp, 1, first=5, at=None)
    erp.sql("update invoices set total = 7 where id = 'I4'")
    assert erp.load(day=1, invoices=INVOICES)["invoices"].loaded == 2
    assert erp.living(columns="invoice_id, gross_amount::varchar")[3:] == [
        ("I4", "7.00"),
        ("I5", "5.10"),
    ]


def test_table_whose_cursor_is_empty_throughout_is_read_whole(erp):
    fill(erp, 3, at=None)
    assert erp.load(invoices=INVOICES)["invoices"].window_to is None
    fill(erp, 1, first=4)
    row = erp.load(day=1, invoices=INVOICES)["invoices"]
    assert (counts(row), row.window_to) == ((4, 1, 3, 0, 0), "2026-03-01 12:00:00+00")


@pytest.mark.parametrize("future", ["infinity", "2226-03-01", "-infinity"])
def test_mistyped_cursor_does_not_hide_later_changes(erp, future):
    fill(erp, 3)
    fill(erp, 1, first=4, at=future)
    row = erp.load(invoices=INVOICES)["invoices"]
    assert (row.loaded, row.window_to) == (4, "2026-03-01 12:00:00+00")
    fill(erp, 1, first=5, at="2026-03-02 12:00+00")
    assert erp.load(day=1, invoices=INVOICES)["invoices"].loaded == 1


@pytest.mark.parametrize(
    ("kind", "old", "new", "overlap", "reached"),
    [
        ("date", "2026-03-01", "2026-03-02", 1, "2026-03-02"),
        ("timestamp", "2026-03-01 10:00", "2026-03-01 10:01", 1, "2026-03-01 10:01:00"),
        ("bigint", "1000", "1001", 0, "1001"),
        ("numeric(20, 3)", "1000.5", "1000.501", 0, "1000.501000000"),
    ],
)
def test_cursor_may_be_a_date_a_time_or_a_number(erp, kind, old, new, overlap, reached):
    erp.sql(f"alter table invoices drop column updated_at, add column updated_at {kind}")
    erp.sql(
        f"insert into invoices select 'I' || n, 'C', '2026-01-01', 'EUR', 1, cast('{old}' as {kind})"
        " from generate_series(1, 3) n"
    )
    mapped = INVOICES | {"overlap": overlap}
    erp.load(invoices=mapped)
    erp.sql(f"insert into invoices values ('I4', 'C', '2026-01-01', 'EUR', 1, '{new}')")
    row = erp.load(day=1, invoices=mapped)["invoices"]
    assert (row.loaded, row.window_to) == (1, reached)


def test_cursor_without_an_order_of_its_own_is_refused(erp):
    fill(erp, 1)
    with pytest.raises(SourceError, match="invoices: cursor 'customer' of invoices holds str"):
        erp.load(invoices=INVOICES | {"cursor": "customer"})


@pytest.mark.parametrize(
    "mapped",
    [WITHOUT_CURSOR, WITHOUT_CURSOR | {"is_complete": True, "sweep_days": 0}],
)
def test_record_deleted_at_the_source_gets_a_tombstone(erp, mapped):
    fill(erp, 5)
    erp.load(invoices=mapped)
    erp.sql("delete from invoices where id = 'I3'")
    assert counts(erp.load(day=1, invoices=mapped)["invoices"]) == (4, 0, 4, 0, 1)
    assert ("I3",) not in erp.living()


def test_sweep_after_the_configured_days_finds_deletions_and_silent_edits(erp):
    mapped = INVOICES | {"sweep_days": 3}
    fill(erp, 5)
    erp.load(invoices=mapped)
    erp.sql("delete from invoices where id = 'I3'")
    erp.sql("update invoices set total = 50, updated_at = '2026-01-01' where id = 'I4'")
    for day in (1, 2):
        row = erp.load(day=day, invoices=mapped)["invoices"]
        assert (row.deleted, row.loaded) == (0, 0)
    row = erp.load(day=3, invoices=mapped)["invoices"]
    assert (counts(row), row.window_from) == ((4, 1, 3, 0, 1), None)
    # The sweep was one load; the next reads changes again.
    assert erp.load(day=4, invoices=mapped)["invoices"].window_from is not None


def test_without_sweeps_what_is_gone_stays(erp):
    mapped = WITHOUT_CURSOR | {"sweep_days": 0}
    fill(erp, 5)
    erp.load(invoices=mapped)
    erp.sql("delete from invoices where id = 'I3'")
    assert erp.load(day=30, invoices=mapped)["invoices"].deleted == 0
    assert len(erp.living()) == 5


def test_emptied_table_is_refused_by_name_and_changes_nothing(erp):
    erp.sql("create table clients (id text, name text)")
    erp.sql("insert into clients values ('C1', 'One')")
    customers = {"table": "clients", "columns": {"customer_id": "id", "customer_name": "name"}}
    fill(erp, 200)
    erp.load(customers=customers, invoices=WITHOUT_CURSOR)
    before = (erp.state(), erp.state("customers"))
    erp.sql("truncate invoices; insert into clients values ('C2', 'Two')")
    with pytest.raises(SourceError, match="invoices has 0 rows where 200 invoices are known"):
        erp.load(day=1, customers=customers, invoices=WITHOUT_CURSOR)
    # Not one row of the entity before it either.
    assert (erp.state(), erp.state("customers")) == before
    # Somebody looked, and it is right.
    allowed = WITHOUT_CURSOR | {"max_deleted_share": 1}
    assert erp.load(day=1, invoices=allowed)["invoices"].deleted == 200


def test_other_records_under_a_new_numbering_are_refused_too(erp):
    fill(erp, 200)
    erp.load(invoices=WITHOUT_CURSOR)
    before = erp.state()
    erp.sql("update invoices set id = 'N' || id")
    with pytest.raises(SourceError, match="lacks 200 of 200 known invoices"):
        erp.load(day=1, invoices=WITHOUT_CURSOR)
    assert erp.state() == before


@pytest.mark.parametrize("sweep_days", [0, 7])
def test_changed_mapping_reads_everything_again(erp, sweep_days):
    fill(erp, 4, at="2026-02-01 12:00+00")
    fill(erp, 1, first=5)
    mapped = INVOICES | {"sweep_days": sweep_days}
    erp.load(invoices=mapped)
    mapped = mapped | {"columns": COLUMNS | {"net_amount": "total"}}
    row = erp.load(day=1, invoices=mapped)["invoices"]
    assert (counts(row), row.window_from) == ((5, 5, 0, 0, 0), None)


def test_every_entity_is_read_from_one_snapshot(erp):
    """What is written while a load runs belongs to the next one, for all entities alike."""
    erp.sql("create table clients (id text, name text)")
    erp.sql("insert into clients values ('C1', 'One')")
    fill(erp, 3)
    customers = {"table": "clients", "columns": {"customer_id": "id", "customer_name": "name"}}

    class Writes(list):
        def append(self, said):
            super().append(said)
            if said == "invoices":
                fill(erp, 1, first=4)

    said = Writes()
    rows = erp.load(said=said, customers=customers, invoices=INVOICES)
    assert rows["invoices"].loaded == 3
    assert said == ["customers", "invoices", "customers into raw", "invoices into raw"]
    assert erp.load(day=1, customers=customers, invoices=INVOICES)["invoices"].loaded == 1


def test_totals_tie_to_the_cent_by_currency(erp):
    erp.sql(
        "insert into invoices select 'I' || n, 'C' || n % 50, date '2024-01-01' + n % 700,"
        " (array['EUR', 'USD', 'JPY'])[1 + n % 3], round((random() * 1e6)::numeric, 2), now()"
        " from generate_series(1, 20000) n"
    )
    row = erp.load(invoices=INVOICES)["invoices"]
    on_the_server = erp.sql(
        "select currency, sum(total)::text from invoices group by currency order by currency"
    )
    assert sorted(row.amounts.items()) == on_the_server
    in_raw = (
        "select currency, sum(gross_amount)::varchar from raw_sql.invoices group by 1 order by 1"
    )
    assert erp.raw(in_raw) == on_the_server
