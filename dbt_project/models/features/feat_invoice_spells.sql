{#- An invoice as it was known: a row from each day on which a fact about it became known. -#}
with invoices as (select * from {{ ref('int_invoices_unioned') }}),

events as (select * from {{ ref('int_receivable_events') }}),

due_dates as (select * from {{ ref('int_invoice_due_dates_unioned') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

changes as (
    select
        invoice_id,
        known_date,
        event_type,
        amount,
        cash_date
    from events
    where known_date < {{ as_of_date() }} and invoice_id is not null and event_type <> 'reschedule'
    union all
    select
        invoice_id,
        known_date,
        'due_date' as event_type,
        0 as amount,
        null as cash_date
    from due_dates
    where known_date < {{ as_of_date() }}
),

daily as (
    select
        invoice_id,
        known_date as known_from,
        sum(amount) as amount,
        coalesce(-sum(amount) filter (where event_type = 'payment_allocation'), 0) as paid_amount,
        count(*) filter (where event_type = 'payment_allocation' and amount < 0) as payment_count,
        coalesce(-sum(amount) filter (where event_type in ('write_off', 'recovery')), 0) as written_off_amount,
        bool_or(event_type = 'void') as is_void,
        max(cash_date) filter (where event_type not in ('invoice', 'due_date') and amount < 0) as reduced_date
    from changes
    group by invoice_id, known_date
),

running as (
    select
        invoice_id,
        known_from,
        amount,
        lead(known_from) over known_days as known_to,
        sum(amount) over known_days as balance,
        -- Null on the first day: an invoice paid on the day it became known was still to be paid.
        sum(amount) over (
            partition by invoice_id order by known_from rows between unbounded preceding and 1 preceding
        ) as balance_before,
        sum(paid_amount) over known_days as paid_amount,
        cast(sum(payment_count) over known_days as bigint) as payment_count,
        sum(written_off_amount) over known_days as written_off_amount,
        bool_or(is_void) over known_days as is_void,
        max(reduced_date) over known_days as reduced_date
    from daily
    window known_days as (partition by invoice_id order by known_from)
),

-- The version in force of each instalment, by what was known that day.
instalments as (
    select
        running.invoice_id,
        running.known_from,
        due_dates.instalment_no,
        arg_max(due_dates.due_date, due_dates.valid_from) as due_date
    from running
    inner join due_dates
        on running.invoice_id = due_dates.invoice_id and running.known_from >= due_dates.known_date
    group by running.invoice_id, running.known_from, due_dates.instalment_no
),

last_instalments as (
    select
        invoice_id,
        known_from,
        max(due_date) as due_date,
        count(*) as instalment_count
    from instalments
    group by invoice_id, known_from
),

final as (
    select
        running.invoice_id,
        running.known_from,
        coalesce(running.known_to, {{ as_of_date() }}) as known_to,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        invoices.gross_amount,
        coalesce(
            last_instalments.due_date,
            invoices.due_date,
            invoices.invoice_date
            + coalesce(case when customers.known_date <= running.known_from then customers.terms_days end, 0)
        ) as due_date,
        coalesce(last_instalments.instalment_count, 1) as instalment_count,
        running.balance,
        running.paid_amount,
        running.payment_count,
        running.reduced_date,
        -- How the invoice was settled, on the day that the last of it was known; empty on other
        -- days. A bounced payment settles a second time.
        case
            when running.balance > 0 or running.balance_before <= 0 then null
            when running.is_void then 'void'
            when running.written_off_amount > 0 then 'written_off'
            when running.paid_amount > 0 then 'paid'
            else 'credited'
        end as settled_as
    from running
    inner join invoices on running.invoice_id = invoices.invoice_id
    left join customers on invoices.customer_id = customers.customer_id
    left join last_instalments
        on running.invoice_id = last_instalments.invoice_id and running.known_from = last_instalments.known_from
)

select * from final
