-- Figures of the layer beside sums over the raw tables: one row for each that differs. Belongs here:
-- sums that need no model of the layer. Does not belong here: anything that reads an intermediate one.
--
-- A balance is linear in its events, so that running totals by currency and day rebuild it for any
-- date, whatever way the layer took over invoices and instalments. Expects first_date and as_of_date.

with dates as (
    select unnest(list_distinct(list_transform(
        generate_series(getvariable('first_date'), getvariable('as_of_date'), interval 1 month),
        lambda day: least(last_day(day), getvariable('as_of_date'))
    ))) as as_of_date
),

applied_cash as (
    select
        payments.currency,
        greatest(payments.payment_date, allocations.allocation_date, invoices.invoice_date) as day,
        allocations.amount
    from raw_files.payment_allocations as allocations
    inner join raw_files.payments as payments on allocations.payment_id = payments.payment_id
    inner join raw_files.invoices as invoices on allocations.invoice_id = invoices.invoice_id
),

applied_credits as (
    select
        notes.currency,
        greatest(notes.credit_date, allocations.allocation_date, invoices.invoice_date) as day,
        allocations.amount
    from raw_files.credit_note_allocations as allocations
    inner join raw_files.credit_notes as notes on allocations.credit_note_id = notes.credit_note_id
    inner join raw_files.invoices as invoices on allocations.invoice_id = invoices.invoice_id
),

movements as (
    select 'open invoices' as figure, currency, invoice_date as day, gross_amount as amount from raw_files.invoices
    union all
    select 'open invoices' as figure, currency, void_date as day, -gross_amount as amount
    from raw_files.invoices
    where void_date is not null
    union all
    select 'open invoices' as figure, currency, day, -amount as amount from applied_cash
    union all
    select 'open invoices' as figure, currency, day, -amount as amount from applied_credits
    union all
    select
        'open invoices' as figure,
        invoices.currency,
        write_offs.write_off_date as day,
        -write_offs.amount as amount
    from raw_files.write_offs as write_offs
    inner join raw_files.invoices as invoices on write_offs.invoice_id = invoices.invoice_id
    union all
    select 'unapplied cash and prepayments' as figure, currency, payment_date as day, amount from raw_files.payments
    union all
    select 'unapplied cash and prepayments' as figure, currency, day, -amount as amount from applied_cash
    union all
    select 'unapplied credit notes' as figure, currency, credit_date as day, gross_amount as amount
    from raw_files.credit_notes
    union all
    select 'unapplied credit notes' as figure, currency, day, -amount as amount from applied_credits
),

by_day as (select figure, currency, day, sum(amount) as amount from movements group by all),

sales as (
    select invoices.invoice_date as day, invoices.void_date, invoices.gross_amount * coalesce(rates.rate, 1) as amount
    from raw_files.invoices as invoices
    left join raw_files.fx_rates as rates
        on invoices.currency = rates.from_currency and invoices.invoice_date = rates.rate_date
    union all
    select notes.credit_date as day, null as void_date, -notes.gross_amount * coalesce(rates.rate, 1) as amount
    from raw_files.credit_notes as notes
    left join raw_files.fx_rates as rates
        on notes.currency = rates.from_currency and notes.credit_date = rates.rate_date
),

expected as (
    select dates.as_of_date, by_day.figure, by_day.currency as key, sum(by_day.amount) as amount
    from dates
    inner join by_day on dates.as_of_date >= by_day.day
    group by all
    union all
    select dates.as_of_date, 'net sales of the month' as figure, 'EUR' as key, round(sum(sales.amount), 2) as amount
    from dates
    inner join sales
        on sales.day between date_trunc('month', dates.as_of_date) and dates.as_of_date
    where sales.void_date is null or sales.void_date > dates.as_of_date
    group by all
    union all
    select
        dates.as_of_date,
        'closing MRR' as figure,
        'EUR' as key,
        round(sum(versions.amount / versions.interval_months * coalesce(rates.rate, 1)), 2) as amount
    from dates
    inner join raw_files.subscription_versions as versions
        on
            dates.as_of_date >= versions.valid_from
            and dates.as_of_date < coalesce(versions.valid_to, date '9999-12-31')
    left join raw_files.fx_rates as rates
        on versions.currency = rates.from_currency and dates.as_of_date = rates.rate_date
    where versions.status in ('active', 'past_due')
    group by all
    union all
    select as_of_date, 'dates' as figure, 'of DSO' as key, 1 as amount from dates
),

balances as (from marts.fct_aged_balance),

reported as (
    select as_of_date, 'open invoices' as figure, currency as key, sum(open_amount) as amount
    from marts.fct_open_items
    group by all
    union all
    select
        as_of_date,
        'unapplied cash and prepayments' as figure,
        currency as key,
        sum(unapplied_cash_amount + prepayments_amount) as amount
    from balances
    group by all
    union all
    select as_of_date, 'unapplied credit notes' as figure, currency as key, sum(unapplied_credit_notes_amount) as amount
    from balances
    group by all
    union all
    select as_of_date, 'net sales of the month' as figure, 'EUR' as key, net_sales_1m_reporting as amount
    from marts.fct_dso
    union all
    select as_of_date, 'closing MRR' as figure, 'EUR' as key, closing_mrr_reporting as amount
    from marts.fct_mrr_movements
    union all
    select as_of_date, 'dates' as figure, 'of DSO' as key, count(*) as amount from marts.fct_dso group by all
)

select
    coalesce(expected.figure, reported.figure) as figure,
    coalesce(expected.as_of_date, reported.as_of_date) as as_of_date,
    coalesce(expected.key, reported.key) as key,
    coalesce(reported.amount, 0) as reported_amount,
    coalesce(expected.amount, 0) as expected_amount
from expected
full outer join reported
    on
        expected.figure = reported.figure
        and expected.as_of_date = reported.as_of_date
        and expected.key = reported.key
-- To the cent, where nothing is divided. Money received before the first invoice has months of its own.
where
    coalesce(expected.as_of_date, reported.as_of_date) >= getvariable('first_date')
    and abs(coalesce(reported.amount, 0) - coalesce(expected.amount, 0))
    > if(coalesce(expected.figure, reported.figure) = 'closing MRR', 0.02, 0)
order by all
