-- In each currency and at each as-of date, everything the sources say happened by then adds up to
-- what the aged balance says is left, to the cent: invoices - voids - credit notes - payments
-- - net write-offs = open invoices - unapplied cash - unapplied credit notes - prepayments.
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

write_offs as (select * from {{ ref('int_write_offs_unioned') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

movements as (
    select invoice_date as movement_date, currency, gross_amount as amount from invoices
    union all
    select greatest(void_date, invoice_date) as movement_date, currency, -gross_amount as amount
    from invoices
    where void_date is not null
    union all
    select payment_date as movement_date, currency, -amount as amount from payments
    union all
    select credit_date as movement_date, currency, -gross_amount as amount from credit_notes
    union all
    select
        greatest(write_offs.write_off_date, invoices.invoice_date) as movement_date,
        invoices.currency,
        -write_offs.amount as amount
    from write_offs
    inner join invoices on write_offs.invoice_id = invoices.invoice_id
),

monthly as (
    select
        least(last_day(movement_date), {{ as_of_date() }}) as as_of_date,
        currency,
        sum(amount) as amount
    from movements
    where movement_date <= {{ as_of_date() }}
    group by all
),

rebuilt as (
    select
        as_of_dates.as_of_date,
        monthly.currency,
        sum(monthly.amount) as amount
    from monthly
    inner join as_of_dates on monthly.as_of_date <= as_of_dates.as_of_date
    group by as_of_dates.as_of_date, monthly.currency
),

balances as (
    select
        as_of_date,
        currency,
        sum(ar_net_amount - prepayments_amount) as amount
    from aged_balance
    group by as_of_date, currency
)

select
    coalesce(rebuilt.as_of_date, balances.as_of_date) as as_of_date,
    coalesce(rebuilt.currency, balances.currency) as currency,
    rebuilt.amount as rebuilt_amount,
    balances.amount as balance_amount
from rebuilt
full outer join balances on rebuilt.as_of_date = balances.as_of_date and rebuilt.currency = balances.currency
where coalesce(rebuilt.amount, 0) <> coalesce(balances.amount, 0)
