{#- How an invoice went on the cash basis, as it reads from `valid_from` to before `valid_to`. Another
    reading begins only where the past itself changes: cash found after a month end that it was paid
    before (K1, K3), or a reopened invoice. A void ends the last one. -#}
with invoices as (select * from {{ ref('int_invoices_unioned') }}),

events as (
    select invoice_id, event_type, payment_id, amount, effective_date, cash_date, invoice_date
    from {{ ref('int_receivable_events') }}
    where invoice_id is not null and event_type <> 'reschedule' and effective_date <= {{ as_of_date() }}
),

fallen_due as (select * from {{ ref('int_fallen_due') }}),

chargebacks as (
    select payment_id
    from {{ ref('int_payments_unioned') }}
    where kind = 'chargeback'
),

starts as (
    select invoice_id, invoice_date as valid_from
    from invoices
    where invoice_date <= {{ as_of_date() }}
    union
    select invoice_id, effective_date as valid_from
    from events
    where
        effective_date > invoice_date
        and (amount > 0 or last_day(greatest(cash_date, invoice_date)) < effective_date)
),

spans as (
    select
        starts.invoice_id,
        starts.valid_from,
        least(
            coalesce(
                lead(starts.valid_from) over (partition by starts.invoice_id order by starts.valid_from),
                date '9999-12-31'
            ),
            case
                when invoices.void_date is null then date '9999-12-31'
                else greatest(invoices.void_date, invoices.invoice_date)
            end
        ) as valid_to
    from starts
    inner join invoices on starts.invoice_id = invoices.invoice_id
),

-- Any number will do for a key within this model: sums run twice as fast over one as over two columns.
readings as (
    select
        invoice_id,
        valid_from,
        valid_to,
        row_number() over () as reading_no
    from spans
    where valid_from < valid_to
),

movements as (
    select
        readings.reading_no,
        events.cash_date as movement_date,
        events.amount as open_amount,
        if(events.event_type = 'invoice', 0, events.amount) as due_amount,
        events.event_type = 'payment_allocation' and events.amount < 0 as is_cash,
        events.event_type = 'write_off' as is_write_off,
        chargebacks.payment_id is not null as is_chargeback
    from readings
    inner join events on readings.invoice_id = events.invoice_id and readings.valid_to > events.effective_date
    left join chargebacks on events.payment_id = chargebacks.payment_id
    union all
    select
        readings.reading_no,
        fallen_due.movement_date,
        0 as open_amount,
        fallen_due.amount as due_amount,
        false as is_cash,
        false as is_write_off,
        false as is_chargeback
    from readings
    inner join fallen_due on readings.invoice_id = fallen_due.invoice_id
),

-- Running sums to the end of each day: movements of one day see each other.
balances as (
    select
        *,
        sum(open_amount) over to_day as open_balance,
        sum(due_amount) over to_day as due_balance,
        lead(movement_date) over to_day as next_date
    from movements
    window to_day as (partition by reading_no order by movement_date)
),

-- Settled on the day after the last one that ended with something open.
settled as (
    select
        reading_no,
        min(movement_date) filter (where due_balance > 0) as past_due_date,
        min(movement_date) filter (where due_balance > 0 and is_chargeback) as chargeback_date,
        case
            when sum(open_amount) <= 0
                then coalesce(max(next_date) filter (where open_balance > 0), min(movement_date))
        end as settled_date,
        list(movement_date) filter (where is_cash) as payment_dates,
        min(movement_date) filter (where is_write_off) as write_off_date
    from balances
    group by reading_no
),

-- What came after the settlement is not part of how it was settled.
final as (
    select
        readings.invoice_id,
        readings.valid_from,
        readings.valid_to,
        settled.past_due_date,
        settled.chargeback_date,
        settled.settled_date,
        list_max(
            list_filter(settled.payment_dates, lambda payment_date: payment_date <= settled.settled_date)
        ) as last_payment_date,
        coalesce(settled.write_off_date <= settled.settled_date, false) as is_written_off
    from readings
    inner join settled on readings.reading_no = settled.reading_no
)

select * from final
