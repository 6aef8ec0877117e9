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
        count(distinct instalment_no) as instalment_count
    from instalments
    where valid_from <= {{ as_of_date() }} and valid_to > {{ as_of_date() }}
    group by invoice_id
),

daily as (
    select
        invoice_id,
        cash_date,
        sum(amount) as amount,
        max(known_date) as known_date
    from events
    group by invoice_id, cash_date
),

running as (
    select
        invoice_id,
        cash_date,
        known_date,
        sum(amount) over (partition by invoice_id order by cash_date) as balance,
        row_number() over (partition by invoice_id order by cash_date desc) as from_last
    from daily
),

-- Settled on the day after which the balance is nothing and stays so; a chargeback reopens.
last_open as (
    select
        invoice_id,
        max(cash_date) filter (where balance > 0) as last_open_date,
        max(balance) filter (where from_last = 1) as final_balance
    from running
    group by invoice_id
),

settled as (
    select
        running.invoice_id,
        min(running.cash_date) as settled_cash_date,
        arg_min(running.known_date, running.cash_date) as settled_known_date
    from running
    inner join last_open on running.invoice_id = last_open.invoice_id
    where
        last_open.final_balance <= 0
        and running.cash_date > coalesce(last_open.last_open_date, date '0001-01-01')
    group by running.invoice_id
),

totals as (
    select
        invoice_id,
        -sum(amount) filter (where event_type = 'payment_allocation') as paid_amount,
        -sum(amount) filter (where event_type = 'credit_allocation') as credited_amount,
        -sum(amount) filter (where event_type in ('write_off', 'recovery')) as written_off_amount,
        bool_or(event_type = 'void') as is_void
    from events
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
            when totals.is_void then 'void'
            when coalesce(totals.written_off_amount, 0) > 0 then 'written_off'
            when coalesce(totals.paid_amount, 0) > 0 then 'paid'
            else 'credited'
        end as settlement_kind,
        coalesce(totals.paid_amount, 0) as paid_amount
    from invoices
    inner join last_due_dates on invoices.invoice_id = last_due_dates.invoice_id
    inner join totals on invoices.invoice_id = totals.invoice_id
    left join settled on invoices.invoice_id = settled.invoice_id
    where invoices.invoice_date <= {{ as_of_date() }}
)

select * from final
