with balances as (select * from {{ ref('int_invoice_balances') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- Only the months in which an invoice is open are expanded.
open_invoices as (
    select
        invoice_id,
        open_amount,
        unnest({{ as_of_dates_within('valid_from', 'valid_to') }}) as as_of_date
    from balances
    where open_amount > 0
),

-- The due dates in force on the day; settlements consume them oldest first (K10).
in_force as (
    select
        open_invoices.as_of_date,
        open_invoices.invoice_id,
        open_invoices.open_amount as invoice_open_amount,
        instalments.instalment_no,
        instalments.due_date,
        instalments.original_due_date,
        instalments.amount as instalment_amount,
        sum(instalments.amount) over (
            partition by open_invoices.as_of_date, open_invoices.invoice_id
            order by instalments.due_date desc, instalments.instalment_no desc
        ) as amount_from_here_on,
        row_number() over (
            partition by open_invoices.as_of_date, open_invoices.invoice_id
            order by instalments.due_date, instalments.instalment_no
        ) as position_no,
        sum(instalments.amount) over (
            partition by open_invoices.as_of_date, open_invoices.invoice_id
        ) as scheduled_amount
    from open_invoices
    inner join instalments
        on
            open_invoices.invoice_id = instalments.invoice_id
            and open_invoices.as_of_date >= instalments.valid_from
            and open_invoices.as_of_date < instalments.valid_to
),

-- What is open is what the latest instalments still hold. What a schedule cannot hold (a recovery
-- before its payment) stands in the oldest one, so that the parts sum up.
items as (
    select
        as_of_date,
        invoice_id,
        instalment_no,
        due_date,
        original_due_date,
        instalment_amount,
        cast(
            greatest(least(instalment_amount, invoice_open_amount - (amount_from_here_on - instalment_amount)), 0)
            + case when position_no = 1 then greatest(invoice_open_amount - scheduled_amount, 0) else 0 end
            as decimal(18, 2)
        ) as open_amount
    from in_force
),

final as (
    select
        items.as_of_date,
        items.invoice_id,
        items.instalment_no,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        items.due_date,
        items.original_due_date,
        items.instalment_amount,
        items.open_amount,
        rates.rate as closing_rate,
        -- Rounded here, once: totals are sums of what is published for each item, so that they tie.
        {{ money('items.open_amount * rates.rate') }} as open_amount_reporting,
        items.as_of_date - items.due_date as days_past_due
    from items
    inner join invoices on items.invoice_id = invoices.invoice_id
    inner join rates on invoices.currency = rates.from_currency and items.as_of_date = rates.rate_date
    where items.open_amount > 0
)

select * from final
