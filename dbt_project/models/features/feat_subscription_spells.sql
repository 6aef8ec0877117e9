{#- Paid versions as they were known, in the reporting currency at the rate of the day the version
    began, so that an exchange rate alone changes nothing. -#}
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
        cast(versions.recorded_at as date) as recorded_date,
        lead(versions.valid_from) over later as next_valid_from,
        lead(versions.known_date) over later as next_known_date,
        lead(cast(versions.recorded_at as date)) over later as next_recorded_date,
        lead(versions.status) over later as next_status,
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
final as (
    select
        subscription_id,
        customer_id,
        status,
        interval_months,
        valid_from,
        known_date,
        least(
            greatest(
                coalesce(valid_to, date '9999-12-31'),
                known_date,
                case when valid_to is not null then recorded_date end
            ),
            greatest(coalesce(next_valid_from, date '9999-12-31'), coalesce(next_known_date, date '9999-12-31'))
        ) as ended_date,
        mrr_amount,
        previous_amount < own_amount as is_price_rise,
        previous_amount > own_amount as is_price_cut,
        -- An end recorded ahead: a cancellation entered before its day, or a version that was given an
        -- end after it began, with no paid successor entered by then. A source that never moves
        -- `recorded_at` gives no notice anyone could date: its ends count on their day only.
        case
            when next_status = 'canceled' and next_recorded_date < next_valid_from then next_recorded_date
            when
                recorded_date > known_date
                and recorded_date < valid_to
                and not (
                    coalesce(next_status in ('active', 'past_due'), false)
                    and next_valid_from <= valid_to
                    and next_recorded_date <= recorded_date
                )
                then recorded_date
        end as notice_date
    from known
    where status in ('active', 'past_due')
)

select * from final
