"""The connector against localstripe: a stand-in for Stripe that nobody here wrote."""

import datetime as dt
import time
from decimal import Decimal

import pytest

from tests.connectors.stripe.peers import LocalStripe


@pytest.fixture
def stripe():
    server = LocalStripe()
    yield server
    server.close()


def now():
    return dt.datetime.fromtimestamp(time.time(), dt.UTC).replace(tzinfo=None)


def customer_with_card(stripe, name):
    customer = stripe.post("customers", name=name, email=f"{name}@example.com")
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    method = stripe.post(
        "payment_methods", type="card", **{f"card[{key}]": value for key, value in card.items()}
    )
    stripe.post(f"payment_methods/{method['id']}/attach", customer=customer["id"])
    default = {"invoice_settings[default_payment_method]": method["id"]}
    return stripe.post(f"customers/{customer['id']}", **default)["id"]


def subscribed(stripe, name, plan):
    customer = customer_with_card(stripe, name)
    return customer, stripe.post("subscriptions", customer=customer, **{"items[0][plan]": plan})


@pytest.fixture
def sold(stripe):
    product = stripe.post("products", name="Service", type="service")["id"]
    for name, amount, currency in (("basic", 1999, "eur"), ("tokyo", 3000, "jpy")):
        stripe.post(
            "plans", id=name, amount=amount, currency=currency, interval="month", product=product
        )
    return {
        name: subscribed(stripe, name, plan)
        for name, plan in (("ada", "basic"), ("ben", "basic"), ("eri", "tokyo"))
    }


def test_a_full_load_stages_every_customer_invoice_and_payment(stripe, sold, company):
    loads = company.load(stripe, now())
    assert {name: row.loaded for name, row in loads.items() if row.loaded} == {
        "customers": 3,
        "subscriptions": 3,
        "invoices": 3,
        "charges": 3,
        "events": 3,
    }
    assert loads["invoices"].amounts == {"EUR": "39.98", "JPY": "3000.00"}
    assert not any(row.quarantined for row in loads.values())
    assert stripe.versions == {"2025-02-24.acacia"}
    company.stage()
    expected = [("EUR", Decimal("19.99"))] * 2 + [("JPY", Decimal(3000))]
    invoices = "select currency, gross_amount from staging.stg_stripe__invoices order by 1, 2"
    assert company.query(invoices) == expected
    payments = (
        "select currency, sum(allocations.amount) from staging.stg_stripe__payments"
        " inner join staging.stg_stripe__payment_allocations as allocations using (payment_id)"
        " where kind = 'receipt' group by invoice_id, currency order by 1, 2"
    )
    assert company.query(payments) == expected
    versions = (
        "select currency, interval_months, amount, status from staging.stg_stripe__subscription_versions"
        " order by 1"
    )
    assert company.query(versions) == [
        *([("EUR", 1, Decimal("19.99"), "active")] * 2),
        ("JPY", 1, Decimal(3000), "active"),
    ]


def test_a_second_load_lands_what_changed_and_a_third_nothing(stripe, sold, company):
    company.load(stripe, now())
    customer, _ = sold["ada"]
    stripe.post("invoiceitems", customer=customer, amount=5000, currency="eur")
    invoice = stripe.post("invoices", customer=customer)
    stripe.post(f"invoices/{invoice['id']}/pay")
    charge = stripe.call("GET", f"invoices/{invoice['id']}")["charge"]
    stripe.post("refunds", charge=charge if isinstance(charge, str) else charge["id"], amount=1000)
    stripe.post(f"customers/{sold['ben'][0]}", name="Benjamin")
    stripe.call("DELETE", f"subscriptions/{sold['eri'][1]['id']}")
    loads = company.load(stripe, now() + dt.timedelta(hours=1))
    loaded = {name: row.loaded for name, row in loads.items() if row.loaded}
    assert loaded.pop("events") >= 1
    # The customers of localstripe carry their subscriptions and balances.
    assert loaded.pop("customers") >= 1
    assert loaded == {"subscriptions": 1, "invoices": 1, "charges": 1, "refunds": 1}
    again = company.load(stripe, now() + dt.timedelta(hours=2))
    assert not any(row.loaded or row.deleted for row in again.values())
    company.stage()
    assert company.query(
        "select amount, kind from staging.stg_stripe__payments where kind = 'refund'"
    ) == [(Decimal("-10.00"), "refund")]
    # Every invoice is settled: what was refunded is credited.
    assert (
        company.query(
            "select invoice_id from staging.stg_stripe__invoices as invoices where gross_amount <> ("
            " select coalesce(sum(amount), 0) from staging.stg_stripe__payment_allocations"
            " where invoice_id = invoices.invoice_id)"
            " + (select coalesce(sum(amount), 0) from staging.stg_stripe__credit_note_allocations"
            " where invoice_id = invoices.invoice_id)"
        )
        == []
    )
    statuses = "select currency, status from staging.stg_stripe__subscription_versions order by valid_from, 1, 2"
    assert ("JPY", "canceled") in company.query(statuses)


def test_a_customer_deleted_in_stripe_keeps_its_invoices_and_loses_its_contact(
    stripe, sold, company
):
    company.load(stripe, now())
    stripe.call("DELETE", f"customers/{sold['ben'][0]}")
    assert company.load(stripe, now() + dt.timedelta(days=8))["customers"].deleted == 1
    company.stage()
    names = "select customer_name from staging.stg_stripe__customers order by 1"
    assert company.query(names) == [("ada",), ("ben",), ("eri",)]
    contacts = "select contact_name from staging.stg_stripe__contacts order by 1"
    assert company.query(contacts) == [("ada",), ("eri",)]
