with promises as (select * from {{ ref('int_promises_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

events as (select * from {{ ref('int_receivable_events') }}),

receipts as (
    select invoice_id, cash_date, -amount as amount
    from events
    where event_type = 'payment_allocation' and effective_date <= {{ as_of_date() }}
),

-- Cash between the day of the promise and its deadline, on that invoice.
paid as (
    select
        promises.promise_id,
        sum(receipts.amount) filter (where receipts.cash_date <= promises.promised_date) as paid_by_date_amount,
        sum(receipts.amount) filter (
            where receipts.cash_date <= promises.promised_date + {{ param('promise_grace_days') }}
        ) as paid_by_grace_amount
    from promises
    inner join receipts
        on promises.invoice_id = receipts.invoice_id and receipts.cash_date >= promises.made_date
    group by promises.promise_id
),

final as (
    select
        promises.promise_id,
        promises.invoice_id,
        invoices.customer_id,
        invoices.currency,
        promises.made_date,
        promises.promised_date,
        promises.amount,
        coalesce(paid.paid_by_grace_amount, 0) as paid_amount,
        promises.promised_date + {{ param('promise_grace_days') }} as deadline_date,
        case
            when promises.cancelled_date <= {{ as_of_date() }} then 'cancelled'
            when coalesce(paid.paid_by_grace_amount, 0) >= promises.amount * {{ param('promise_tolerance_rate') }}
                then 'kept'
            when promises.promised_date + {{ param('promise_grace_days') }} >= {{ as_of_date() }} then 'live'
            when coalesce(paid.paid_by_grace_amount, 0) > 0 then 'broken_partial'
            else 'broken'
        end as promise_state,
        coalesce(paid.paid_by_date_amount, 0) >= promises.amount as is_kept_strictly
    from promises
    inner join invoices on promises.invoice_id = invoices.invoice_id
    left join paid on promises.promise_id = paid.promise_id
    where promises.made_date <= {{ as_of_date() }}
)

select * from final
