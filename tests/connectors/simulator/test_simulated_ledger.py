"""The accounts tie out, to the cent and on every day."""

import pytest

EVENTS = """
create or replace temp view movements as
select invoice_id, invoice_date as day, gross_amount as amount from invoices where void_date is null
union all
select invoice_id, greatest(allocation_date, payment_date), -payment_allocations.amount
from payment_allocations join payments using (payment_id)
union all
select invoice_id, allocation_date, -amount from credit_note_allocations
union all
select invoice_id, write_off_date, -amount from write_offs
"""


@pytest.fixture(scope="module")
def books(ledger):
    ledger.execute(EVENTS)
    return ledger


def count(connection, query):
    return connection.execute(query).fetchone()[0]


def test_net_and_tax_make_gross_at_the_rate_of_the_country(ledger):
    faults = "select count(*) from invoices where net_amount + tax_amount <> gross_amount"
    assert count(ledger, faults) == 0
    rates = dict(
        ledger.execute(
            "select country, round(sum(tax_amount) / sum(net_amount), 3)"
            " from invoices join customers using (customer_id) group by country"
        ).fetchall()
    )
    assert rates == {"FR": 0.2, "DE": 0.19, "GB": 0.2, "US": 0.0, "CH": 0.081, "ES": 0.21}


def test_instalments_add_up_to_the_invoice(ledger):
    faults = """
        select count(*) from (
            select invoice_id, sum(amount) as total from (
                select * from invoice_due_dates qualify row_number() over
                    (partition by invoice_id, instalment_no order by valid_from desc) = 1)
            group by invoice_id)
        join invoices using (invoice_id) where total <> gross_amount"""
    assert count(ledger, faults) == 0
    thirds = "select count(*) from invoice_due_dates where instalment_no = 3"
    assert count(ledger, thirds) > 50


def test_a_renegotiated_date_is_a_later_version_of_the_same_amount(ledger):
    versions = ledger.execute(
        "select count(*) > 20, bool_and(later.amount = first.amount), bool_and(later.due_date > first.due_date)"
        " from invoice_due_dates as later join invoice_due_dates as first using (invoice_id, instalment_no)"
        " where later.valid_from > first.valid_from"
    ).fetchone()
    assert versions == (True, True, True)


def test_no_payment_gives_more_than_it_has(ledger):
    faults = """
        select count(*) from (
            select payment_id, sum(amount) as applied from payment_allocations group by payment_id)
        join payments using (payment_id)
        where abs(applied) > abs(amount) or applied * amount < 0"""
    assert count(ledger, faults) == 0


def test_no_credit_note_gives_more_than_it_has(ledger):
    faults = """
        select count(*) from (
            select credit_note_id, sum(amount) as applied
            from credit_note_allocations group by credit_note_id)
        join credit_notes using (credit_note_id) where applied > gross_amount"""
    assert count(ledger, faults) == 0


def test_no_invoice_is_below_zero_or_above_its_amount_on_any_day(books):
    faults = """
        select count(*) from (
            select invoice_id, sum(total) over (partition by invoice_id order by day) as balance
            from (select invoice_id, day, sum(amount) as total from movements group by all))
        join invoices using (invoice_id) where balance < 0 or balance > gross_amount"""
    assert count(books, faults) == 0


def test_old_invoices_are_nearly_all_settled_in_full(books):
    share = """
        select avg((balance = 0)::int) from (
            select invoice_id, sum(amount) as balance from movements group by invoice_id)
        join invoices using (invoice_id) where invoice_date < date '2025-06-01'"""
    assert 0.98 < count(books, share) < 1


def test_a_chargeback_takes_back_its_payment_and_reopens_its_invoice(ledger):
    rows = ledger.execute(
        "select distinct back.amount + original.amount, reopening.amount - back.amount,"
        " back.payment_date > original.payment_date"
        " from payments as back join payments as original"
        " on back.reverses_payment_id = original.payment_id"
        " join payment_allocations as reopening on reopening.payment_id = back.payment_id"
        " where back.kind = 'chargeback'"
    ).fetchall()
    assert rows == [(0, 0, True)]
    assert count(ledger, "select count(*) from payments where kind = 'chargeback'") > 50


def test_a_refund_returns_a_payment_that_was_never_applied(ledger):
    rows = ledger.execute(
        "select distinct refund.amount + original.amount, allocation_id is null"
        " from payments as refund join payments as original"
        " on refund.reverses_payment_id = original.payment_id"
        " left join payment_allocations on payment_allocations.payment_id = original.payment_id"
        " where refund.kind = 'refund'"
    ).fetchall()
    assert rows == [(0, True)]


def test_a_prepayment_comes_before_its_invoice_and_is_applied_on_its_day(ledger):
    rows = ledger.execute(
        "select bool_and(payment_date < invoice_date), bool_and(allocation_date = invoice_date),"
        " count(*) > 100 from payments join payment_allocations using (payment_id)"
        " join invoices using (invoice_id) where kind = 'prepayment'"
    ).fetchone()
    assert rows == (True, True, True)


def test_a_recovery_reopens_exactly_what_the_recovered_cash_pays(books):
    rows = books.execute(
        "select sum(movements.amount), count(distinct invoice_id) > 5"
        " from write_offs join movements using (invoice_id)"
        " where kind = 'recovery' and movements.day = write_off_date"
    ).fetchone()
    assert rows == (0, True)


def test_a_void_invoice_is_neither_paid_nor_chased_after(ledger):
    rows = ledger.execute(
        "select count(*) > 50, count(allocation_id), count(activity_id), count(write_off_id)"
        " from invoices left join payment_allocations using (invoice_id)"
        " left join activities on activities.invoice_id = invoices.invoice_id"
        " and activity_date >= void_date and direction = 'out'"
        " left join write_offs on write_offs.invoice_id = invoices.invoice_id"
        " where void_date is not null"
    ).fetchone()
    assert rows == (True, 0, 0, 0)


def test_some_cash_and_some_credits_stay_unapplied(ledger):
    unapplied = """select count(*) from payments left join payment_allocations using (payment_id)
        where allocation_id is null and kind = 'receipt'"""
    assert count(ledger, unapplied) > 30
    loose = """select count(*) from credit_notes left join credit_note_allocations using (credit_note_id)
        where invoice_id is null"""
    assert count(ledger, loose) > 10


@pytest.mark.parametrize("shared", ["payment_id", "invoice_id"])
def test_payment_runs_settle_several_invoices_and_some_invoices_take_several_payments(
    ledger, shared
):
    several = f"""select count(*) from (
        select {shared} from payment_allocations where amount > 0 group by 1 having count(*) > 1)"""
    assert count(ledger, several) > 300


def test_receivables_of_the_first_month_are_as_large_as_later_ones(books):
    days_of_sales = {}
    for month in ("2023-07", "2025-07"):
        balance = f"select sum(amount) from movements where day <= date '{month}-31'"
        sales = f"""select sum(gross_amount) from invoices where void_date is null
            and invoice_date between date '{month}-01' and date '{month}-31'"""
        days_of_sales[month] = 31 * count(books, balance) / count(books, sales)
    assert 25 < days_of_sales["2023-07"] < 50
    assert 25 < days_of_sales["2025-07"] < 50
