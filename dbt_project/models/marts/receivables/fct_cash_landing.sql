{{ config(tags=['after_scoring']) }}

with forecasts as (select * from {{ source('ml', 'landing_forecasts') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

predictions as (select * from {{ source('ml', 'invoice_predictions') }}),

cash_received as (select * from {{ ref('int_cash_received') }}),

scored as (
    select
        coalesce(sum(open_items.open_amount_reporting), 0) as open_amount_reporting,
        coalesce(sum(open_items.open_amount_reporting) filter (where predictions.p_paid_60d is not null), 0)
            as scored_amount_reporting
    from open_items
    left join predictions
        on open_items.as_of_date = predictions.as_of_date and open_items.invoice_id = predictions.invoice_id
    where open_items.as_of_date = {{ as_of_date() }} and open_items.open_amount > 0
),

-- A forecast begins with the morning of its day: what the month was known to have brought before stands beside it.
received as (
    select coalesce(sum(amount_reporting), 0) as amount_reporting
    from cash_received
    where
        cash_date >= date_trunc('month', {{ as_of_date() }})
        and cash_date < {{ as_of_date() }}
        and known_date < {{ as_of_date() }}
),

final as (
    select
        forecasts.as_of_date,
        forecasts.horizon,
        forecasts.horizon_date,
        forecasts.line,
        {{ reporting_currency() }} as reporting_currency,
        {%- for level in ['p10', 'p50', 'p90', 'expected'] %}
        {{ money('forecasts.' ~ level ~ '_amount') }} as {{ level }}_amount_reporting,
        {%- endfor %}
        case
            when forecasts.horizon = 'month_end' and forecasts.line = 'total'
                then {{ money('received.amount_reporting') }}
        end as received_amount_reporting,
        -- The horizons run from today; a week of its own is what lands by its end less by the end before.
        case
            when forecasts.horizon = 'week_1' then {{ money('forecasts.expected_amount') }}
            when starts_with(forecasts.horizon, 'week_')
                then {{ money('forecasts.expected_amount') }} - {{ money('lag(forecasts.expected_amount) over weeks') }}
        end as expected_in_week_amount_reporting,
        {{ money('scored.open_amount_reporting') }} as open_amount_reporting,
        {{ money('scored.scored_amount_reporting') }} as scored_amount_reporting,
        forecasts.method,
        forecasts.is_calibrated,
        forecasts.windows as window_count
    from forecasts
    cross join scored
    cross join received
    where forecasts.as_of_date = {{ as_of_date() }}
    window weeks as (
        partition by forecasts.line, starts_with(forecasts.horizon, 'week_')
        order by forecasts.horizon_date
    )
)

select * from final
