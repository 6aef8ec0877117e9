{#- Invoices that live subscriptions promise over the next thirteen weeks: from the last invoice known, every
    billing interval, at its amount. -#}
{%- set weeks_days = 91 -%}
{#- An invoice so many days late is still awaited; beyond, its turn was left out. -#}
{%- set grace_days = 5 -%}
with versions as (select * from {{ ref('int_subscription_versions_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

known as (
    select
        *,
        lead(valid_from) over later as next_valid_from,
        lead(known_date) over later as next_known_date
    from versions
    where known_date < {{ as_of_date() }} and interval_months > 0
    window later as (partition by subscription_id order by valid_from)
),

-- A version ends where the source says so, at the latest where its successor begins; an end is not known
-- before it came.
paid as (
    select
        subscription_id,
        customer_id,
        interval_months,
        greatest(known_date, valid_from - 1) as known_date,
        least(
            greatest(
                coalesce(valid_to, {{ as_of_date() }}),
                known_date,
                case when valid_to is not null then cast(recorded_at as date) end
            ),
            greatest(coalesce(next_valid_from, {{ as_of_date() }}), coalesce(next_known_date, {{ as_of_date() }})),
            {{ as_of_date() }}
        ) as ended_date
    from known
    where status in ('active', 'past_due')
),

live as (
    select
        subscription_id,
        customer_id,
        interval_months,
        unnest({{ landing_dates_within('known_date', 'ended_date') }}) as landmark_date
    from paid
),

last_invoices as (
    select
        subscription_id,
        known_date,
        max(invoice_date) as invoice_date,
        arg_max(invoice_id, invoice_date) as invoice_id,
        arg_max(currency, invoice_date) as currency,
        arg_max(gross_amount, invoice_date) as gross_amount
    from invoices
    where subscription_id is not null and gross_amount > 0 and known_date < {{ as_of_date() }}
    group by subscription_id, known_date
),

scheduled as (
    select
        live.landmark_date,
        live.subscription_id,
        live.customer_id,
        last_invoices.invoice_id as last_invoice_id,
        last_invoices.currency,
        last_invoices.gross_amount,
        cast(
            last_invoices.invoice_date + to_months(cast(live.interval_months * unnest(range(1, 6)) as integer)) as date
        ) as scheduled_date
    from live
    asof inner join last_invoices
        on live.subscription_id = last_invoices.subscription_id and live.landmark_date > last_invoices.known_date
),

final as (
    select
        scheduled.landmark_date,
        scheduled.subscription_id,
        greatest(scheduled.scheduled_date, scheduled.landmark_date) as invoice_date,
        scheduled.customer_id,
        scheduled.last_invoice_id,
        cast(scheduled.gross_amount * rates.rate as double) as amount_reporting
    from scheduled
    asof inner join rates
        on scheduled.currency = rates.from_currency and scheduled.landmark_date > rates.rate_date
    where
        scheduled.scheduled_date >= scheduled.landmark_date - {{ grace_days }}
        and scheduled.scheduled_date <= scheduled.landmark_date + {{ weeks_days }}
)

select * from final
