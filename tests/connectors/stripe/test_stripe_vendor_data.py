"""The connector on objects that Stripe and others published: its own fixtures, and rows of a data vendor."""

import copy
import csv
import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.connectors.stripe.peers import Lists

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
FIXTURES = SHARED / "openapi" / "stripe_fixtures3_2026.json"
SEEDS = SHARED / "vendor_seeds" / "stripe"
LOADED_AT = dt.datetime(2026, 4, 1, 6)
START = dt.date(2009, 1, 1)

pytestmark = pytest.mark.shared_data


@pytest.fixture
def stripe():
    lists = Lists()
    yield lists
    lists.close()


@pytest.fixture(scope="module")
def resources():
    if not FIXTURES.is_file():
        pytest.skip(f"Stripe's fixtures are not at {FIXTURES}.")
    return json.loads(FIXTURES.read_text(encoding="utf-8"))["resources"]


def test_stripes_own_fixtures_of_a_newer_version_load_without_a_bad_item(
    resources, stripe, company
):
    names = ("customer", "subscription", "invoice", "charge", "refund", "dispute", "credit_note")
    stripe.objects = {f"{name}s": [resources[name]] for name in names}
    snapshot = resources["subscription"]
    event = resources["event"] | {
        "type": "customer.subscription.updated",
        "data": {"object": snapshot, "previous_attributes": {"status": "past_due"}},
    }
    stripe.objects["events"] = [event]
    loads = company.load(stripe, LOADED_AT, start_date=START)
    assert {name: (row.loaded, row.quarantined) for name, row in loads.items()} == dict.fromkeys(
        loads, (1, 0)
    )
    again = company.load(stripe, LOADED_AT + dt.timedelta(days=1), start_date=START)
    assert not any(row.loaded for row in again.values())
    company.stage()
    # The fixture's invoice is a draft.
    assert company.query("select count(*) from staging.stg_stripe__invoices") == [(0,)]
    assert company.query("select count(*) from staging.stg_stripe__customers") == [(1,)]


def test_a_credit_note_and_an_outside_payment_of_stripes_fixtures_settle_their_invoice(
    resources, stripe, company
):
    """10.00 finalized on day 1, 4.00 credited on day 2, the rest paid on day 3."""
    day = 86_400
    invoice = copy.deepcopy(resources["invoice"])
    first = invoice["created"]
    invoice |= {"status": "paid"}
    invoice["status_transitions"] |= {"finalized_at": first, "paid_at": first + 2 * day}
    note = copy.deepcopy(resources["credit_note"])
    note |= {"invoice": invoice["id"], "total": 400, "created": first + day, "refunds": []}
    note |= {"effective_at": first + day, "out_of_band_amount": None}
    stripe.objects = {
        "customers": [resources["customer"]],
        "invoices": [invoice],
        "credit_notes": [note],
    }
    company.load(stripe, LOADED_AT, start_date=START)
    company.stage()
    assert company.query(
        "select credit_note_id, amount from staging.stg_stripe__credit_note_allocations"
    ) == [(note["id"], Decimal("4.00"))]
    assert company.query(
        "select payment_id, amount from staging.stg_stripe__payment_allocations"
    ) == [(f"{invoice['id']}-paid", Decimal("6.00"))]


def seconds(text):
    moment = dt.datetime.fromisoformat(text.removesuffix(" UTC"))
    return int(moment.replace(tzinfo=dt.UTC).timestamp())


def value(name, text):
    if text == "":
        return None
    if name in ("created", "due_date", "start_date", "ended_at", "canceled_at", "trial_end"):
        return seconds(text)
    if name in ("amount", "total", "subtotal", "amount_refunded", "tax"):
        return int(text)
    return {"TRUE": True, "FALSE": False}.get(text.upper(), text)


def seed(table):
    """Rows of a vendor's table as objects: names without the `_id` that a table gives to references."""
    path = SEEDS / f"{table}_data.csv"
    if not path.is_file():
        pytest.skip(f"The vendor's rows are not at {path}.")
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    references = ("customer_id", "charge_id", "invoice_id", "subscription_id", "payment_intent_id")
    return [
        {
            name.removesuffix("_id") if name in references else name: value(name, text)
            for name, text in line.items()
        }
        for line in lines
    ]


def test_rows_of_a_data_vendor_arrive_whole_and_add_up_by_currency(stripe, company):
    stripe.objects = {
        "customers": seed("customer"),
        "charges": seed("charge"),
        "refunds": seed("refund"),
        "disputes": seed("dispute"),
        "credit_notes": [note | {"customer": "cus_x"} for note in seed("credit_note")],
    }
    loads = company.load(stripe, LOADED_AT, start_date=START)
    for name, amount in (
        ("charges", "amount"),
        ("refunds", "amount"),
        ("disputes", "amount"),
        ("credit_notes", "total"),
    ):
        rows = {row["id"]: row for row in stripe.objects[name]}
        expected = Counter()
        for row in rows.values():
            expected[row["currency"].upper()] += Decimal(row[amount]) / 100
        assert loads[name].loaded == len(rows)
        assert {code: Decimal(total) for code, total in loads[name].amounts.items()} == expected
    assert loads["customers"].loaded + loads["customers"].quarantined == len(
        {row["id"] for row in stripe.objects["customers"]}
    )
    company.stage()
    # None of the charges belongs to an invoice: none was a receivable.
    assert company.query("select count(*) from staging.stg_stripe__payments") == [(0,)]
