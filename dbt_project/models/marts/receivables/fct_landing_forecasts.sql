{#- How the forecast of a month end developed: every forecast issued in the month and in the one before, each
    with what was known before its morning to have come in. -#}
{{ config(tags=['after_scoring']) }}

with issued as (select * from {{ source('ml', 'landing_forecasts') }}),

cash_received as (select * from {{ ref('int_cash_received') }}),

forecasts as (
    select
        as_of_date as forecast_date,
        cast(date_trunc('month', as_of_date) as date) as month_start_date,
        {%- for level in ['p10', 'p50', 'p90', 'expected'] %}
        {{ level }}_amount,
        {%- endfor %}
        is_calibrated
    from issued
    where
        horizon = 'month_end'
        and line = 'total'
        and as_of_date between date_trunc('month', {{ as_of_date() }}) - interval 1 month and {{ as_of_date() }}
),

received as (
    select
        forecasts.forecast_date,
        {{ money('coalesce(sum(cash_received.amount_reporting), 0)') }} as amount_reporting
    from forecasts
    left join cash_received
        on
            forecasts.month_start_date <= cash_received.cash_date
            and forecasts.forecast_date > cash_received.cash_date
            and forecasts.forecast_date > cash_received.known_date
    group by forecasts.forecast_date
),

whole_months as (
    select
        forecasts.forecast_date,
        forecasts.month_start_date,
        received.amount_reporting as received_amount_reporting,
        {%- for level in ['p10', 'p50', 'p90', 'expected'] %}
        received.amount_reporting + {{ money('forecasts.' ~ level ~ '_amount') }} as {{ level }}_amount_reporting,
        {%- endfor %}
        forecasts.is_calibrated
    from forecasts
    inner join received on forecasts.forecast_date = received.forecast_date
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        forecast_date,
        month_start_date,
        {{ reporting_currency() }} as reporting_currency,
        received_amount_reporting,
        {%- for level in ['p10', 'p50', 'p90', 'expected'] %}
        {{ money(level ~ '_amount_reporting') }} as {{ level }}_amount_reporting,
        {%- endfor %}
        {{ money('p50_amount_reporting - lag(p50_amount_reporting ignore nulls) over by_month') }}
            as change_amount_reporting,
        {{ money('p50_amount_reporting - first_value(p50_amount_reporting ignore nulls) over by_month') }}
            as change_since_first_amount_reporting,
        is_calibrated
    from whole_months
    window by_month as (partition by month_start_date order by forecast_date)
)

select * from final
