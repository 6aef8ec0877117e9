with balances as (select * from {{ ref('int_invoice_balances') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- Most invoices are never open on an as-of date: they go before anything is joined.
open_invoices as (
    select
        invoice_id,
        open_amount,
        valid_from,
        valid_to
    from balances
    where open_amount > 0 and {{ first_as_of_date('valid_from') }} < valid_to
),

-- The due dates in force; settlements consume them oldest first (K10). What is open is what the latest
-- instalments still hold. What a schedule cannot hold (a recovery before its payment) stands in the
-- oldest one, so that the parts sum up.
intervals as (
    select
        open_invoices.invoice_id,
        instalments.instalment_no,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_number,
        invoices.invoice_date,
        instalments.due_date,
        instalments.original_due_date,
        instalments.amount as instalment_amount,
        cast(
            greatest(least(instalments.amount, open_invoices.open_amount - instalments.amount_after), 0)
            + if(instalments.is_oldest, greatest(open_invoices.open_amount - invoices.gross_amount, 0), 0)
            as decimal(18, 2)
        ) as open_amount,
        greatest(open_invoices.valid_from, instalments.valid_from) as valid_from,
        least(open_invoices.valid_to, instalments.valid_to) as valid_to
    from open_invoices
    inner join instalments
        on
            open_invoices.invoice_id = instalments.invoice_id
            and open_invoices.valid_from < instalments.valid_to
            and open_invoices.valid_to > instalments.valid_from
    inner join invoices on open_invoices.invoice_id = invoices.invoice_id
),

items as (
    select
        *,
        unnest({{ as_of_dates_within('valid_from', 'valid_to') }}) as as_of_date
    from intervals
    where open_amount > 0
),

final as (
    select
        items.as_of_date,
        items.invoice_id,
        items.instalment_no,
        items.customer_id,
        items.currency,
        items.invoice_number,
        items.invoice_date,
        items.due_date,
        items.original_due_date,
        items.instalment_amount,
        items.open_amount,
        rates.rate as closing_rate,
        -- Rounded here, once: totals are sums of what is published for each item, so that they tie.
        {{ money_at_rate('items.open_amount', 'rates.rate') }} as open_amount_reporting,
        items.as_of_date - items.due_date as days_past_due
    from items
    inner join rates on items.currency = rates.from_currency and items.as_of_date = rates.rate_date
)

select * from final
