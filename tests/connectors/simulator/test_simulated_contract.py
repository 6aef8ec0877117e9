"""Every row keeps the import contract, points to rows that exist, and knows no future."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from connectors.contract import ENTITIES
from connectors.simulator import known_on

END = date(2026, 6, 30)
TYPES = {
    "text": (pa.string(), pa.int64()),
    "currency": (pa.string(),),
    "date": (pa.date32(),),
    "timestamp": (pa.timestamp("s", "UTC"),),
    "amount": (pa.decimal128(18, 2),),
    "rate": (pa.decimal128(18, 8),),
    "integer": (pa.int64(),),
    "boolean": (pa.bool_(),),
}
REFERENCES = [
    ("contacts", "customer_id", "customers"),
    ("customers", "parent_customer_id", "customers"),
    ("invoices", "customer_id", "customers"),
    ("invoice_due_dates", "invoice_id", "invoices"),
    ("payments", "customer_id", "customers"),
    ("payments", "reverses_payment_id", "payments"),
    ("payment_allocations", "payment_id", "payments"),
    ("payment_allocations", "invoice_id", "invoices"),
    ("credit_notes", "customer_id", "customers"),
    ("credit_note_allocations", "credit_note_id", "credit_notes"),
    ("credit_note_allocations", "invoice_id", "invoices"),
    ("write_offs", "invoice_id", "invoices"),
    ("disputes", "invoice_id", "invoices"),
    ("promises", "invoice_id", "invoices"),
    ("activities", "invoice_id", "invoices"),
    ("activities", "customer_id", "customers"),
    ("subscription_versions", "customer_id", "customers"),
    ("opportunities", "customer_id", "customers"),
    ("tickets", "customer_id", "customers"),
]


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_columns_types_required_values_and_domains_are_those_of_the_contract(default, entity):
    rows = default.entities[entity.name]
    assert tuple(rows.column_names) == entity.column_names
    for column in entity.typed_columns:
        values = rows[column.name]
        assert values.type in TYPES[column.type], column.name
        if column.is_required or column.name == "recorded_at":
            assert values.null_count == 0, column.name
        if column.domain:
            assert set(pc.unique(values).to_pylist()) <= {*column.domain, None}


@pytest.mark.parametrize(("entity", "column", "target"), REFERENCES)
def test_every_reference_is_kept(ledger, entity, column, target):
    key = ENTITIES[target].key[0]
    lost = ledger.execute(
        f"select count(*) from {entity} where {column} is not null"
        f" and {column} not in (select {key} from {target})"
    ).fetchone()
    assert lost == (0,)


def test_every_subscription_of_an_invoice_has_versions(ledger):
    lost = ledger.execute(
        "select count(*) from invoices where subscription_id is not null"
        " and subscription_id not in (select subscription_id from subscription_versions)"
    ).fetchone()
    assert lost == (0,)


def test_nothing_is_effective_or_recorded_after_the_end(default):
    rewound = known_on(default.entities, END)
    for name, rows in default.entities.items():
        assert rewound[name].equals(rows), name


def test_an_earlier_day_holds_fewer_rows_and_no_later_closing(default):
    day = date(2025, 3, 31)
    rewound = known_on(default.entities, day)
    for name, rows in rewound.items():
        assert 0 < rows.num_rows < default.entities[name].num_rows, name
    for name, closing in (("subscription_versions", "valid_to"), ("disputes", "resolved_date")):
        assert pc.max(rewound[name][closing]).as_py() <= day
    open_deals = rewound["opportunities"].filter(
        pc.is_null(rewound["opportunities"]["closed_date"])
    )
    assert set(pc.unique(open_deals["is_won"]).to_pylist()) == {None}


def test_a_wrong_first_version_is_all_that_is_known_before_its_correction(default):
    payments = default.entities["payments"]
    counts = payments.group_by("payment_id").aggregate([("recorded_at", "count_distinct")])
    corrected = counts.filter(pc.greater(counts["recorded_at_count_distinct"], 1))["payment_id"]
    rows = payments.filter(pc.equal(payments["payment_id"], corrected[0])).sort_by("recorded_at")
    first, last = rows.to_pylist()
    assert first["recorded_at"] < last["recorded_at"]
    assert (first["amount"], first["payment_date"]) != (last["amount"], last["payment_date"])
    before = known_on({"payments": rows}, first["recorded_at"].date())
    assert before["payments"].to_pylist() == [first]


def test_versions_of_a_subscription_follow_each_other_without_gap_or_overlap(ledger):
    faults = ledger.execute(
        "select count(*) from (select *, lead(valid_from) over"
        " (partition by subscription_id order by valid_from) as following"
        " from subscription_versions) where following is distinct from valid_to"
    ).fetchone()
    assert faults == (0,)


def test_an_ended_subscription_names_its_reason_and_is_canceled_from_its_end(ledger):
    rows = ledger.execute(
        "select count(*), count(end_reason), count(valid_to) from subscription_versions"
        " where status = 'canceled'"
    ).fetchone()
    assert rows[0] == rows[1] > 300
    assert rows[2] == 0
