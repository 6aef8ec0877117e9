{#- Paid subscriptions as openings and closings, in the reporting currency at the rate of the day the
    version began, so that an exchange rate alone changes nothing. -#}
{%- set quantities = {
    'mrr': 'mrr_amount',
    'subscription': '1',
    'interval_months': 'interval_months',
    'past_due_subscription': "status = 'past_due'",
} -%}
with versions as (select * from {{ ref('int_subscription_versions_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

convertible as (select * from {{ ref('int_currencies_convertible') }}),

known as (
    select
        versions.subscription_id,
        versions.customer_id,
        versions.status,
        versions.interval_months,
        versions.valid_from,
        versions.known_date,
        versions.valid_to,
        versions.recorded_at,
        lead(versions.valid_from) over later as next_valid_from,
        lead(versions.known_date) over later as next_known_date,
        cast(versions.amount / versions.interval_months * rates.rate as decimal(28, 10)) as mrr_amount,
        lag(versions.amount / versions.interval_months) over later as previous_amount,
        versions.amount / versions.interval_months as own_amount
    from versions
    -- A version older than the first rate counts at that one.
    inner join convertible on versions.currency = convertible.currency
    inner join rates
        on
            versions.currency = rates.from_currency
            and greatest(versions.valid_from, convertible.first_rate_date) >= rates.rate_date
            and greatest(versions.valid_from, convertible.first_rate_date) < rates.valid_to_date
    where versions.known_date < {{ as_of_date() }} and versions.interval_months > 0
    window later as (partition by versions.subscription_id order by versions.valid_from)
),

-- A version ends where the source says so, at the latest where its successor begins.
paid as (
    select
        customer_id,
        status,
        interval_months,
        known_date,
        mrr_amount,
        previous_amount < own_amount as is_price_rise,
        least(
            greatest(
                coalesce(valid_to, date '9999-12-31'),
                known_date,
                case when valid_to is not null then cast(recorded_at as date) end
            ),
            greatest(coalesce(next_valid_from, date '9999-12-31'), coalesce(next_known_date, date '9999-12-31'))
        ) as ended_date
    from known
    where status in ('active', 'past_due')
),

final as (
    {%- for measure, quantity in quantities.items() %}
    select
        customer_id,
        known_date,
        '{{ measure }}' as measure,
        cast({{ quantity }} as decimal(28, 10)) as delta
    from paid
    union all
    select
        customer_id,
        ended_date as known_date,
        '{{ measure }}' as measure,
        -cast({{ quantity }} as decimal(28, 10)) as delta
    from paid
    union all
    {%- endfor %}
    select
        customer_id,
        known_date,
        'price_rise' as measure,
        1 as delta
    from paid
    where is_price_rise
)

select * from final
