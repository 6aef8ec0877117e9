{#- Kept or not by the receipts known on the last day of grace: the verdict never changes later. -#}
with promises as (select * from {{ ref('int_promises_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

events as (select * from {{ ref('int_receivable_events') }}),

due as (
    select
        promises.promise_id,
        promises.invoice_id,
        invoices.customer_id,
        promises.made_date,
        promises.amount,
        promises.promised_date + {{ param('promise_grace_days') }} as deadline_date,
        promises.known_date
    from promises
    inner join invoices on promises.invoice_id = invoices.invoice_id
    where
        promises.cancelled_date is null
        or promises.cancelled_date > promises.promised_date + {{ param('promise_grace_days') }}
),

received as (
    select
        due.promise_id,
        -sum(events.amount) as amount
    from due
    inner join events
        on
            due.invoice_id = events.invoice_id
            and due.made_date <= events.cash_date
            and due.deadline_date >= events.cash_date
            and due.deadline_date >= events.known_date
    where events.event_type = 'payment_allocation'
    group by due.promise_id
),

final as (
    select
        due.promise_id,
        due.customer_id,
        greatest(due.deadline_date + 1, due.known_date) as known_date,
        coalesce(received.amount, 0) >= due.amount * {{ param('promise_tolerance_rate') }} as is_kept
    from due
    left join received on due.promise_id = received.promise_id
    where greatest(due.deadline_date + 1, due.known_date) < {{ as_of_date() }}
)

select * from final
