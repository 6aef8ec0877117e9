{#- Which part of which receipt paid which instalment, as it stood on each as-of date. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

events as (select * from {{ ref('int_receivable_events') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

-- A chargeback undoes the receipt it reverses, from its own day on.
settlements as (
    select
        events.event_id,
        events.invoice_id,
        events.event_type,
        -events.amount as amount,
        events.effective_date,
        events.cash_date,
        case
            when events.event_type = 'payment_allocation'
                then coalesce(payments.reverses_payment_id, payments.payment_id)
        end as receipt_id
    from events
    left join payments
        on case when events.event_type = 'payment_allocation' then events.payment_id end = payments.payment_id
    where events.event_type in ('payment_allocation', 'credit_allocation', 'write_off', 'recovery')
),

-- Invoices that a receipt of the three months before the date paid.
considered as (
    select distinct
        as_of_dates.as_of_date,
        settlements.invoice_id
    from settlements
    inner join as_of_dates
        on
            settlements.cash_date >= as_of_dates.month_start_date - interval 2 month
            and settlements.cash_date <= as_of_dates.as_of_date
    where settlements.receipt_id is not null and settlements.amount > 0
),

-- Credits and write-offs consume first, then cash by date (K10).
netted as (
    select
        considered.as_of_date,
        settlements.invoice_id,
        coalesce(settlements.receipt_id, 'credits') as receipt_id,
        min(settlements.cash_date) as payment_date,
        sum(settlements.amount) as amount
    from considered
    inner join settlements
        on considered.invoice_id = settlements.invoice_id and settlements.effective_date <= considered.as_of_date
    group by considered.as_of_date, settlements.invoice_id, coalesce(settlements.receipt_id, 'credits')
    having sum(settlements.amount) > 0
),

settled_ranges as (
    select
        *,
        sum(amount) over (
            partition by as_of_date, invoice_id
            order by receipt_id <> 'credits', payment_date, receipt_id
        ) as settled_to
    from netted
),

due_ranges as (
    select
        considered.as_of_date,
        considered.invoice_id,
        instalments.instalment_no,
        instalments.due_date,
        instalments.amount,
        sum(instalments.amount) over (
            partition by considered.as_of_date, considered.invoice_id
            order by instalments.due_date, instalments.instalment_no
        ) as due_to
    from considered
    inner join instalments
        on
            considered.invoice_id = instalments.invoice_id
            and considered.as_of_date >= instalments.valid_from
            and considered.as_of_date < instalments.valid_to
),

slices as (
    select
        settled_ranges.as_of_date,
        settled_ranges.invoice_id,
        due_ranges.instalment_no,
        settled_ranges.receipt_id as payment_id,
        settled_ranges.payment_date,
        due_ranges.due_date,
        least(settled_ranges.settled_to, due_ranges.due_to)
        - greatest(settled_ranges.settled_to - settled_ranges.amount, due_ranges.due_to - due_ranges.amount)
            as applied_amount
    from settled_ranges
    inner join due_ranges
        on settled_ranges.as_of_date = due_ranges.as_of_date and settled_ranges.invoice_id = due_ranges.invoice_id
    where settled_ranges.receipt_id <> 'credits'
),

final as (
    select
        slices.as_of_date,
        slices.invoice_id,
        slices.instalment_no,
        slices.payment_id,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        slices.due_date,
        slices.payment_date,
        cast(slices.applied_amount as decimal(18, 2)) as applied_amount,
        slices.payment_date - invoices.invoice_date as days_to_pay,
        slices.payment_date - slices.due_date as days_late,
        slices.due_date - invoices.invoice_date as terms_days
    from slices
    inner join invoices on slices.invoice_id = invoices.invoice_id
    inner join as_of_dates on slices.as_of_date = as_of_dates.as_of_date
    where
        slices.applied_amount > 0
        and slices.payment_date >= as_of_dates.month_start_date - interval 2 month
        and slices.payment_date <= slices.as_of_date
)

select * from final
