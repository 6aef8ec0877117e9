{#- What the disputes open on an as-of date cover of what their invoices still owe (K12). -#}
with disputes as (select * from {{ ref('int_disputes_unioned') }}),

open_items as (select * from {{ ref('int_open_items') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

-- Open from the day it is raised to the day before it is resolved.
dated as (
    select
        invoice_id,
        amount,
        unnest({{ as_of_dates_within('raised_date', "coalesce(resolved_date, date '9999-12-31')") }}) as as_of_date
    from disputes
    where raised_date <= {{ as_of_date() }}
),

-- A dispute that names no amount disputes the whole invoice.
by_invoice as (
    select
        as_of_date,
        invoice_id,
        count(*) as open_dispute_count,
        count(*) > count(amount) as is_whole_invoice,
        coalesce(sum(greatest(amount, 0)), 0) as claimed_amount
    from dated
    group by as_of_date, invoice_id
),

open_balances as (
    select
        open_items.as_of_date,
        open_items.invoice_id,
        sum(open_items.open_amount) as open_amount
    from open_items
    semi join by_invoice
        on open_items.as_of_date = by_invoice.as_of_date and open_items.invoice_id = by_invoice.invoice_id
    group by open_items.as_of_date, open_items.invoice_id
),

final as (
    select
        by_invoice.as_of_date,
        by_invoice.invoice_id,
        invoices.customer_id,
        invoices.currency,
        by_invoice.open_dispute_count,
        cast(
            if(
                by_invoice.is_whole_invoice,
                open_balances.open_amount,
                least(by_invoice.claimed_amount, open_balances.open_amount)
            ) as decimal(18, 2)
        ) as disputed_amount
    from by_invoice
    inner join open_balances
        on by_invoice.as_of_date = open_balances.as_of_date and by_invoice.invoice_id = open_balances.invoice_id
    inner join invoices on by_invoice.invoice_id = invoices.invoice_id
)

select * from final
