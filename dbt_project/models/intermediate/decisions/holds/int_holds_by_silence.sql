{#- While the ledger stands still nobody is written to: who has paid since is not known. -#}
with open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

-- Measured against the run's date alone: a ledger that ends in the past is not stale on a day of its own.
event_days as (
    select distinct
        invoice_date as event_date,
        'invoice' as kind
    from invoices
    where invoice_date <= {{ as_of_date() }}
    union all
    select distinct
        payment_date as event_date,
        'payment' as kind
    from payments
    where payment_date <= {{ as_of_date() }}
),

last_days as (
    select
        max(event_date) as last_event_date,
        max(event_date) filter (where kind = 'payment') as last_payment_date
    from event_days
),

payment_gaps as (
    select event_date - lag(event_date) over (order by event_date) as gap_days
    from event_days
    where kind = 'payment' and event_date > {{ as_of_date() }} - 365
),

-- Fewer than a dozen days of payment in a year are no habit.
longest_gaps as (
    select case when count(gap_days) >= 11 then max(gap_days) end as gap_days
    from payment_gaps
),

-- A bank that is silent while invoices go on is as bad; but some companies collect once a month, so it must
-- have been silent for longer than ever in a year.
silences as (
    select
        last_days.last_event_date + settings.stale_data_maximum_days + 1 as ledger_since_date,
        case
            when longest_gaps.gap_days is not null
                then
                    last_days.last_payment_date
                    + greatest(settings.stale_data_maximum_days, cast(longest_gaps.gap_days as integer))
                    + 1
        end as payments_since_date
    from last_days
    cross join longest_gaps
    cross join settings
),

causes as (
    select
        case when ledger_since_date <= {{ as_of_date() }} then ledger_since_date else payments_since_date end
            as since_date,
        case when ledger_since_date <= {{ as_of_date() }} then 'ledger' else 'payments' end as source_record_id
    from silences
    where ledger_since_date <= {{ as_of_date() }} or payments_since_date <= {{ as_of_date() }}
),

customers as (select distinct customer_id from open_invoices),

final as (
    select
        customers.customer_id,
        cast(null as varchar) as invoice_id,
        'stale_data' as hold_reason,
        causes.source_record_id,
        causes.since_date as hold_start_date,
        cast(null as date) as hold_until_date
    from customers
    cross join causes
)

select * from final
