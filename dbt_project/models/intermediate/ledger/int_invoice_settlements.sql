with invoices as (select * from {{ ref('int_invoices_unioned') }}),

events as (
    select
        invoice_id,
        event_type,
        amount,
        effective_date,
        cash_date,
        known_date
    from {{ ref('int_receivable_events') }}
    where
        invoice_id is not null
        and event_type <> 'reschedule'
        and cash_date <= {{ as_of_date() }}
        and effective_date <= {{ as_of_date() }}
),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

last_due_dates as (
    select
        invoice_id,
        max(due_date) as due_date,
        count(*) as instalment_count
    from instalments
    where valid_from <= {{ as_of_date() }} and valid_to > {{ as_of_date() }}
    group by invoice_id
),

daily as (
    select
        invoice_id,
        cash_date,
        sum(amount) as amount,
        max(known_date) as known_date,
        -sum(amount) filter (where event_type = 'payment_allocation') as paid_amount,
        -sum(amount) filter (where event_type in ('write_off', 'recovery')) as written_off_amount,
        bool_or(event_type = 'void') as is_void
    from events
    group by invoice_id, cash_date
),

running as (
    select
        *,
        sum(amount) over cash_days as balance,
        lead(cash_date) over cash_days as next_date,
        lead(known_date) over cash_days as next_known_date
    from daily
    window cash_days as (partition by invoice_id order by cash_date)
),

-- Settled on the day after the last one that ended with something open; a chargeback reopens.
settled as (
    select
        invoice_id,
        case
            when sum(amount) <= 0 then coalesce(max(next_date) filter (where balance > 0), min(cash_date))
        end as settled_cash_date,
        case
            when sum(amount) <= 0
                then
                    coalesce(
                        arg_max(next_known_date, cash_date) filter (where balance > 0),
                        arg_min(known_date, cash_date)
                    )
        end as settled_known_date,
        coalesce(sum(paid_amount), 0) as paid_amount,
        coalesce(sum(written_off_amount), 0) as written_off_amount,
        bool_or(is_void) as is_void
    from running
    group by invoice_id
),

final as (
    select
        invoices.invoice_id,
        invoices.customer_id,
        invoices.invoice_date,
        last_due_dates.due_date,
        last_due_dates.instalment_count,
        invoices.currency,
        invoices.gross_amount,
        settled.settled_cash_date,
        settled.settled_known_date,
        case
            when settled.settled_cash_date is null then null
            when settled.is_void then 'void'
            when settled.written_off_amount > 0 then 'written_off'
            when settled.paid_amount > 0 then 'paid'
            else 'credited'
        end as settlement_kind,
        settled.paid_amount
    from invoices
    inner join last_due_dates on invoices.invoice_id = last_due_dates.invoice_id
    inner join settled on invoices.invoice_id = settled.invoice_id
    where invoices.invoice_date <= {{ as_of_date() }}
)

select * from final
