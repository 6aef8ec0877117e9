"""What PostgreSQL's types become: exact, or in quarantine, never bent."""

import datetime as dt

import pytest

REQUIRED = {
    "invoice_id": "id",
    "customer_id": {"value": "C"},
    "invoice_date": {"value": "2026-01-31"},
    "currency": {"value": "EUR"},
    "gross_amount": {"value": "1.00"},
}


def land(rig, column, kind, values, mapping=None, timezone="UTC"):
    """One invoice a value (SQL literals), the value in `column`; what raw and quarantine hold."""
    rig.sql(f"create table t (id serial, v {kind})")
    for value in values:
        rig.sql(f"insert into t (v) values ({value})".replace(":", r"\:"))
    columns = REQUIRED | {column: mapping or "v"}
    rig.load(timezone=timezone, invoices={"table": "t", "columns": columns})
    return rig.raw(f"select {column} from raw_sql.invoices order by invoice_id::integer")


@pytest.mark.parametrize(
    ("kind", "value", "cents"),
    [
        ("numeric(18, 2)", "1234567890123.45", "1234567890123.45"),
        ("numeric(18, 2)", "0.10", "0.10"),
        ("numeric(30, 20)", "0.1", "0.10"),
        ("numeric", "123456789012345.67", "123456789012345.67"),
        ("numeric", "-0.01", "-0.01"),
        ("bigint", "900719925474099", "900719925474099.00"),
        ("money", "'-1234.56'", "-1234.56"),
        ("double precision", "0.1", "0.10"),
        ("double precision", "1234567.89", "1234567.89"),
        ("text", "'12.30'", "12.30"),
    ],
)
def test_amount_arrives_to_the_cent(rig, kind, value, cents):
    [(found,)] = land(rig, "net_amount", kind, [value])
    assert str(found) == cents


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("numeric", "1.005", "1.005"),
        ("numeric(30, 20)", "0.00000000000000000001", "0.00000000000000000001"),
        ("numeric", "'NaN'", "NaN"),
        ("numeric", "'Infinity'", "Infinity"),
        ("double precision", "'-Infinity'", "-Infinity"),
        ("double precision", "1e20", "1e+20"),
        ("text", "'1,50'", "1,50"),
        ("bytea", r"'\x00ff'", r"\x00ff"),
        ("jsonb", "'{\"a\": 1}'", '{"a": 1}'),
    ],
)
def test_value_that_is_no_amount_goes_to_quarantine_as_it_was(rig, kind, value, text):
    assert land(rig, "net_amount", kind, [value]) == []
    reason = "too_many_decimals" if text.startswith(("1.005", "0.000")) else "unreadable_amount"
    assert rig.reasons() == [("net_amount", text, reason)]


def test_rate_keeps_fifteen_decimals_and_a_scale_of_twenty_arrives_whole(rig):
    rig.sql("create table rates (d date, f char(3), t char(3), r numeric(38, 20))")
    rig.sql("insert into rates values ('2026-01-01', 'EUR', 'JPY', 162.12345678)")
    columns = {"rate_date": "d", "from_currency": "f", "to_currency": "t", "rate": "r"}
    row = rig.load(fx_rates={"table": "rates", "columns": columns})["fx_rates"]
    assert row.loaded == 1
    assert rig.raw("select rate::varchar from raw_sql.fx_rates") == [("162.123456780000000",)]


@pytest.mark.parametrize(
    ("kind", "value", "day"),
    [
        ("date", "'2024-02-29'", dt.date(2024, 2, 29)),
        ("timestamp", "'2026-01-31 23:59:59.999'", dt.date(2026, 1, 31)),
        ("timestamptz", "'2026-01-31 23:30:00+00'", dt.date(2026, 1, 31)),
        ("timestamptz", "'2026-01-31 23:30:00-05'", dt.date(2026, 2, 1)),
        ("text", "'2026-01-31'", dt.date(2026, 1, 31)),
        ("text", "' '", None),
    ],
)
def test_date_is_the_day_the_source_names(rig, kind, value, day):
    assert land(rig, "due_date", kind, [value]) == [(day,)]


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("date", "'infinity'", "date_out_of_range"),
        ("timestamp", "'-infinity'", "date_out_of_range"),
        ("date", "'0044-03-15 BC'", "unreadable_date"),
        ("date", "'20000-01-01'", "unreadable_date"),
        ("date", "'9999-12-31'", "date_out_of_range"),
        ("text", "'31/01/2026'", "unreadable_date"),
    ],
)
def test_date_outside_any_calendar_of_a_company_goes_to_quarantine(rig, kind, value, reason):
    assert land(rig, "due_date", kind, [value]) == []
    assert [row[2] for row in rig.reasons()] == [reason]


def test_day_of_a_time_with_offset_is_that_of_the_companys_zone(rig):
    # Half past eleven in London is the next day in Paris, also under daylight saving.
    values = ["'2026-01-31 23:30+00'", "'2026-06-30 22:30+00'", "'2026-06-30 21:30+00'"]
    found = land(rig, "due_date", "timestamptz", values, timezone="Europe/Paris")
    assert found == [(dt.date(2026, 2, 1),), (dt.date(2026, 7, 1),), (dt.date(2026, 6, 30),)]


@pytest.mark.parametrize(
    ("kind", "value", "zone", "utc"),
    [
        ("timestamptz", "2026-03-29 03:30+02", "UTC", dt.datetime(2026, 3, 29, 1, 30)),
        ("timestamptz", "2026-01-01 00:00+14", "UTC", dt.datetime(2025, 12, 31, 10)),
        ("timestamptz", "2026-01-01 00:00-12", "Europe/Paris", dt.datetime(2026, 1, 1, 12)),
        ("timestamp", "2026-07-01 12:00", "UTC", dt.datetime(2026, 7, 1, 12)),
        ("timestamp", "2026-07-01 12:00", "Europe/Paris", dt.datetime(2026, 7, 1, 10)),
        ("timestamp", "2026-01-01 12:00:00.123456", "Europe/Paris", dt.datetime(2026, 1, 1, 11, 0, 0, 123456)),
        ("date", "2026-07-01", "UTC", dt.datetime(2026, 7, 1)),
    ],
)  # fmt: skip
def test_time_arrives_in_utc(rig, kind, value, zone, utc):
    assert land(rig, "recorded_at", kind, [f"'{value}'"], timezone=zone) == [(utc,)]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("timestamptz", "'2026-01-31 23:30+00'", "2026-01-31 23:30:00+00"),
        ("date", "'2026-01-31'", "2026-01-31"),
        ("bytea", r"'\x00ff'", r"\x00ff"),
        ("double precision", "0.1::float8 + 0.2::float8", "0.30000000000000004"),
    ],
)
def test_settings_of_the_servers_user_do_not_change_what_arrives(rig, kind, value, text):
    rig.sql(
        f"alter database {rig.name} set timezone = 'Asia/Tokyo';"
        f" alter database {rig.name} set datestyle = 'SQL, DMY';"
        f" alter database {rig.name} set bytea_output = 'escape';"
        f" alter database {rig.name} set extra_float_digits = -5"
    )
    written = land(rig, "purchase_order", kind, [value])
    assert written == [(text,)]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("json", "'{\"b\":  [1]}'", '{"b":  [1]}'),
        ("boolean", "true", "true"),
        ("int[]", "'{1,2}'", "{1,2}"),
        ("inet", "'10.0.0.1'", "10.0.0.1/32"),
        ("interval", "'30 days'", "30 days"),
        ("char(8)", "'PO-1'", "PO-1"),
        ("text", "'  kept  '", "kept"),
        ("text", "'Société d''Été; -- \"x\" %s :y ☃'", 'Société d\'Été; -- "x" %s :y ☃'),
        ("text", "E'two\\nlines'", "two\nlines"),
        ("text", "''", None),
    ],
)
def test_other_types_arrive_as_the_database_writes_them(rig, kind, value, text):
    assert land(rig, "purchase_order", kind, [value]) == [(text,)]


def test_enum_is_translated_and_an_unknown_word_goes_to_quarantine(rig):
    rig.sql("create type move as enum ('paiement', 'avoir', 'receipt', 'mystery')")
    rig.sql("create table p (id int, k move)")
    rig.sql("insert into p values (1, 'paiement'), (2, 'avoir'), (3, 'receipt'), (4, 'mystery')")
    columns = {
        "payment_id": {"column": "id", "prefix": "erp-"},
        "customer_id": {"value": "C"},
        "payment_date": {"value": "2026-01-31"},
        "currency": {"value": "EUR"},
        "amount": {"value": "-1.00"},
        "kind": {"column": "k", "values": {"paiement": "receipt", "avoir": "refund"}},
    }
    rig.load(payments={"table": "p", "columns": columns})
    assert rig.raw("select payment_id, kind from raw_sql.payments order by 1") == [
        ("erp-1", "receipt"),
        ("erp-2", "refund"),
        ("erp-3", "receipt"),
    ]
    assert rig.reasons() == [("kind", "mystery", "value_not_in_contract")]


def test_missing_key_goes_to_quarantine_and_a_prefix_does_not_hide_it(rig):
    rig.sql("create table t (id int); insert into t values (1), (null)")
    columns = REQUIRED | {"invoice_id": {"column": "id", "prefix": "erp-"}}
    row = rig.load(invoices={"table": "t", "columns": columns})["invoices"]
    assert (row.loaded, row.quarantined) == (1, 1)
    assert rig.reasons() == [("invoice_id", None, "missing_value")]


def test_whole_number_may_be_stored_with_decimals(rig):
    rig.sql("create table c (id text, n text, terms numeric(10, 2))")
    rig.sql("insert into c values ('A', 'Alpha', 30), ('B', 'Beta', 30.5)")
    columns = {"customer_id": "id", "customer_name": "n", "terms_days": "terms"}
    rig.load(customers={"table": "c", "columns": columns})
    assert rig.raw("select customer_id, terms_days from raw_sql.customers") == [("A", 30)]
    assert rig.reasons() == [("terms_days", "30.50", "unreadable_integer")]
