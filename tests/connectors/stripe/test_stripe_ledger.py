"""A company's year in Stripe, written by hand, through staging and the whole ledger."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.connectors.stripe.peers import Lists


def at(month, day, hour=10):
    return int(dt.datetime(2024, month, day, hour, tzinfo=dt.UTC).timestamp())


def moved(**moments):
    names = ("finalized_at", "paid_at", "voided_at", "marked_uncollectible_at")
    return {name: moments.get(name) for name in names}


def invoice(name, total, on, status="open", due=None, **more):
    transitions = {"finalized_at": on} | more.pop("transitions", {})
    return {
        "id": name,
        "object": "invoice",
        "created": on,
        "customer": "cus_1",
        "currency": "eur",
        "total": total,
        "tax": 0,
        "number": name.upper(),
        "status": status,
        "due_date": due,
        "starting_balance": 0,
        "ending_balance": 0,
        "status_transitions": moved(**transitions),
    } | more


def charge(name, amount, on, of, **more):
    return {
        "id": name,
        "object": "charge",
        "created": on,
        "amount": amount,
        "currency": "eur",
        "customer": "cus_1",
        "invoice": of,
        "status": "succeeded",
        "captured": True,
        "payment_method_details": {"type": "card"},
    } | more


CUSTOMERS = [
    {
        "id": "cus_1",
        "created": at(1, 1),
        "name": "Acme",
        "email": "ap@acme.example",
        "metadata": {"crm": "C-17"},
        "tax_ids": {"data": [{"type": "eu_vat", "value": "FR123"}]},
    }
]
# What is open on 1 April, by invoice: worked out in the comments.
INVOICES = [
    # Paid in full by card.
    invoice(
        "in_paid", 10000, at(1, 5), "paid", transitions={"paid_at": at(1, 5)}, charge="ch_paid"
    ),
    # 100.00 due on 31 January, nothing paid: 100.00.
    invoice("in_open", 10000, at(1, 10), due=at(1, 31)),
    # 100.00 less a credit note of 30.00: 70.00.
    invoice("in_credited", 10000, at(2, 1), due=at(3, 1)),
    # Paid by bank transfer on 1 March: 0.
    invoice(
        "in_bank",
        10000,
        at(2, 1),
        "paid",
        due=at(2, 20),
        transitions={"paid_at": at(3, 1)},
        paid_out_of_band=True,
    ),
    # Paid by card, charged back on 1 March, lost: 50.00 again.
    invoice("in_lost", 5000, at(2, 5), "paid", transitions={"paid_at": at(2, 5)}, charge="ch_lost"),
    # The same, won on 20 March: 0.
    invoice("in_won", 5000, at(2, 6), "paid", transitions={"paid_at": at(2, 6)}, charge="ch_won"),
    # Paid, then 20.00 refunded with nothing said: 0.
    invoice(
        "in_refunded",
        5000,
        at(2, 7),
        "paid",
        transitions={"paid_at": at(2, 7)},
        charge="ch_refunded",
    ),
    # 70.00 paid after a credit note of 30.00 that takes effect on 5 March: 0.
    invoice(
        "in_later",
        10000,
        at(2, 8),
        "paid",
        transitions={"paid_at": at(2, 9)},
        charge="ch_later",
    ),
    # Paid, refunded when it was disputed, before the bank took anything: 0.
    invoice(
        "in_returned",
        5000,
        at(2, 8),
        "paid",
        transitions={"paid_at": at(2, 8)},
        charge="ch_returned",
    ),
    # Paid, 100.00 refunded, of which a credit note explains 60.00: 0.
    invoice(
        "in_partly",
        10000,
        at(2, 8),
        "paid",
        transitions={"paid_at": at(2, 8)},
        charge="ch_partly",
    ),
    # Given up on 15 March: 0.
    invoice(
        "in_lost_hope",
        8000,
        at(1, 15),
        "uncollectible",
        due=at(2, 1),
        transitions={"marked_uncollectible_at": at(3, 15)},
    ),
    # Voided, and the 40.00 of the customer's credit that it used went back: nothing.
    invoice(
        "in_void",
        9000,
        at(3, 1),
        "void",
        transitions={"voided_at": at(3, 2)},
        starting_balance=-4000,
    ),
    # The same 40.00 of the customer's credit used: 60.00.
    invoice("in_balance", 10000, at(3, 10), starting_balance=-4000, due=at(4, 9)),
    # Too small to charge: 20.00 go to the customer's balance as a debt.
    invoice(
        "in_small",
        2000,
        at(3, 11),
        "paid",
        transitions={"paid_at": at(3, 11)},
        ending_balance=2000,
    ),
    # Charged with these 20.00: 0 here, and the money lies unapplied.
    invoice(
        "in_next",
        10000,
        at(3, 12),
        "paid",
        transitions={"paid_at": at(3, 12)},
        starting_balance=2000,
        charge="ch_next",
    ),
    {**invoice("in_draft", 7000, at(3, 20), "draft"), "status_transitions": moved()},
]
CHARGES = [
    charge("ch_paid", 10000, at(1, 5), "in_paid"),
    charge("ch_failed", 10000, at(1, 12), "in_open", status="failed"),
    charge("ch_lost", 5000, at(2, 5), "in_lost"),
    charge("ch_won", 5000, at(2, 6), "in_won"),
    charge("ch_refunded", 5000, at(2, 7), "in_refunded"),
    charge("ch_partly", 10000, at(2, 8), "in_partly"),
    charge("ch_returned", 5000, at(2, 8), "in_returned"),
    charge("ch_next", 12000, at(3, 12), "in_next"),
    charge("ch_later", 7000, at(2, 9), "in_later"),
    charge("ch_shop", 99900, at(2, 8), None),
]
REFUNDS = [
    {
        "id": f"re_{charged}",
        "created": at(2, 20),
        "amount": amount,
        "currency": "eur",
        "charge": f"ch_{charged}",
        "status": "succeeded",
    }
    for charged, amount in (("refunded", 2000), ("partly", 10000), ("returned", 5000))
]
CREDIT_NOTES = [
    {
        "id": f"cn_{of}",
        "created": on,
        "customer": "cus_1",
        "invoice": f"in_{of}",
        "currency": "eur",
        "total": total,
        "status": "issued",
    }
    | more
    for of, total, on, more in (
        ("credited", 3000, at(2, 10), {}),
        ("later", 3000, at(2, 8), {"effective_at": at(3, 5)}),
        (
            "partly",
            6000,
            at(2, 20),
            {"refunds": [{"refund": "re_partly", "amount_refunded": 6000}]},
        ),
    )
]
DISPUTES = [
    {
        "id": f"dp_{name}",
        "created": at(3, 1),
        "amount": 5000,
        "currency": "eur",
        "charge": f"ch_{name}",
        "reason": "product_unacceptable",
        "status": status,
        "balance_transactions": [
            {"amount": amount, "created": at(3, day)} for day, amount in movements
        ],
    }
    for name, status, movements in (
        ("lost", "lost", [(1, -5000)]),
        ("won", "won", [(1, -5000), (20, 5000)]),
        ("returned", "charge_refunded", []),
    )
]
EVENTS = [
    {
        "id": "evt_1",
        "created": at(3, 25),
        "type": "charge.dispute.closed",
        "data": {"object": {"id": "dp_lost"}},
    }
]
OPEN = {
    "in_open": Decimal(100),
    "in_credited": Decimal(70),
    "in_lost": Decimal(50),
    "in_balance": Decimal(60),
    "in_small": Decimal(20),
}
# Every charge that succeeded and was of an invoice, the transfer, and what the bank gave back.
RECEIVED = [
    "ch_later",
    "ch_lost",
    "ch_next",
    "ch_paid",
    "ch_partly",
    "ch_refunded",
    "ch_returned",
    "ch_won",
    "dp_won-reinstated",
    "in_bank-paid",
]


@pytest.fixture
def stripe():
    lists = Lists(
        customers=CUSTOMERS,
        invoices=INVOICES,
        charges=CHARGES,
        refunds=REFUNDS,
        credit_notes=CREDIT_NOTES,
        disputes=DISPUTES,
        events=EVENTS,
    )
    yield lists
    lists.close()


def test_the_ledger_of_a_company_on_stripe_ties_to_what_was_worked_out_on_paper(stripe, company):
    """All invariants of the ledger run with it: it rolls forward, nothing is lost on the way."""
    loads = company.load(stripe, dt.datetime(2024, 4, 1, 6))
    assert not any(row.quarantined for row in loads.values())
    company.build_ledger(dt.date(2024, 4, 1))
    open_items = company.query(
        "select invoice_id, sum(open_amount) from marts.fct_open_items where as_of_date = date '2024-04-01'"
        " group by invoice_id having sum(open_amount) <> 0"
    )
    assert dict(open_items) == OPEN
    assert company.query("select count(*) from marts.fct_suspense") == [(0,)]
    assert company.query(
        "select credit_note_id from staging.stg_stripe__credit_notes where credit_note_id like '%-balance'"
    ) == [("in_balance-balance",)]
    received = company.query(
        "select payment_id from staging.stg_stripe__payments where kind = 'receipt' order by 1"
    )
    assert [payment for (payment,) in received] == RECEIVED


def test_staging_does_with_objects_what_was_worked_out_by_hand(stripe, company):
    """dbt's unit tests of the staging models, on top of a company without any object."""
    stripe.objects = {}
    company.load(stripe, dt.datetime(2024, 4, 1, 6))
    ran = company.stage("--exclude-resource-type", "seed")
    assert "mrr_of_the_past_stays_when_stripe_overwrites_its_state" in ran
    assert company.query("select count(*) from staging.stg_stripe__invoices") == [(0,)]


def test_the_parties_carry_what_identifies_them_elsewhere(stripe, company):
    from connectors.stripe.source import parties

    company.load(stripe, dt.datetime(2024, 4, 1, 6))
    assert company.query(parties("crm")) == [
        ("cus_1", "Acme", ["acme.example"], "FR123", None, None, ["C-17"])
    ]
    assert company.query(parties(None))[0][-1] == []


def test_an_old_invoice_paid_out_of_reach_of_the_window_is_known_by_its_event(stripe, company):
    """Invoice of January, paid in August: no daily list has it any more, and no charge says so."""
    stripe.objects["invoices"] = [*INVOICES, invoice("in_new", 100, at(7, 29))]
    company.load(stripe, dt.datetime(2024, 7, 30, 6))
    stripe.objects["invoices"] = [i for i in INVOICES if i["id"] != "in_open"] + [
        invoice("in_new", 100, at(7, 29)),
        invoice(
            "in_open",
            10000,
            at(1, 10),
            "paid",
            due=at(1, 31),
            transitions={"paid_at": at(8, 1)},
            paid_out_of_band=True,
        ),
    ]
    paid = next(i for i in stripe.objects["invoices"] if i["id"] == "in_open")
    event = {"id": "evt_2", "created": at(8, 1), "type": "invoice.paid", "data": {"object": paid}}
    stripe.objects["events"] = [*EVENTS, event]
    loads = company.load(stripe, dt.datetime(2024, 8, 2, 6))
    assert loads["invoices"].window_from > "2024-02-01"
    company.stage()
    assert company.query(
        "select payment_date, amount, method from staging.stg_stripe__payments where payment_id = 'in_open-paid'"
    ) == [(dt.date(2024, 8, 1), Decimal("100.00"), "out_of_band")]
