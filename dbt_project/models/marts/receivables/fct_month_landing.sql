{#- The month of the run and the next one, whole: what has come in and what is still forecast, beside the target.
    The next month is what lands by its end less what lands by this one's: expected values can be taken from
    each other, bounds cannot. -#}
{{ config(tags=['after_scoring']) }}

with landing as (select * from {{ ref('fct_cash_landing') }}),

forecasts as (select * from {{ ref('fct_landing_forecasts') }}),

cash_received as (select * from {{ ref('int_cash_received') }}),

targets as (select * from {{ ref('fct_targets') }}),

lines as (
    select
        {%- for line in ['open_invoices', 'contracted_invoices', 'new_business', 'total'] %}
        {%- for horizon in ['month_end', 'next_month_end'] %}
        max(expected_amount_reporting) filter (where horizon = '{{ horizon }}' and line = '{{ line }}')
            as {{ line }}_{{ horizon }}
        {{- "," if not loop.last }}
        {%- endfor %}
        {{- "," if not loop.last }}
        {%- endfor %}
    from landing
),

-- What was known before the morning, as in its forecast: to that the invoice a later record pays is open.
received as (
    select {{ money('coalesce(sum(amount_reporting), 0)') }} as amount_reporting
    from cash_received
    where
        cash_date >= date_trunc('month', {{ as_of_date() }})
        and cash_date < {{ as_of_date() }}
        and known_date < {{ as_of_date() }}
),

months as (
    select
        cast(date_trunc('month', {{ as_of_date() }}) as date) as month_start_date,
        true as is_current_month,
        received.amount_reporting as received_amount_reporting,
        forecasts.p10_amount_reporting,
        forecasts.p50_amount_reporting,
        forecasts.p90_amount_reporting,
        forecasts.expected_amount_reporting,
        lines.open_invoices_month_end as open_invoices_amount_reporting,
        lines.contracted_invoices_month_end as contracted_invoices_amount_reporting,
        lines.new_business_month_end as new_business_amount_reporting,
        forecasts.is_calibrated
    from received
    cross join lines
    left join forecasts on forecasts.forecast_date = {{ as_of_date() }}
    union all
    select
        cast(date_trunc('month', {{ as_of_date() }}) + interval 1 month as date) as month_start_date,
        false as is_current_month,
        0 as received_amount_reporting,
        null as p10_amount_reporting,
        null as p50_amount_reporting,
        null as p90_amount_reporting,
        total_next_month_end - total_month_end as expected_amount_reporting,
        open_invoices_next_month_end - open_invoices_month_end as open_invoices_amount_reporting,
        contracted_invoices_next_month_end - contracted_invoices_month_end as contracted_invoices_amount_reporting,
        new_business_next_month_end - new_business_month_end as new_business_amount_reporting,
        null as is_calibrated
    from lines
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        months.month_start_date,
        last_day(months.month_start_date) as month_end_date,
        months.is_current_month,
        {{ reporting_currency() }} as reporting_currency,
        {%- for part in [
            'received', 'p10', 'p50', 'p90', 'expected', 'open_invoices', 'contracted_invoices', 'new_business'
        ] %}
        {{ money('months.' ~ part ~ '_amount_reporting') }} as {{ part }}_amount_reporting,
        {%- endfor %}
        targets.amount as target_amount_reporting,
        {{ money('months.p50_amount_reporting - targets.amount') }} as gap_to_target_amount_reporting,
        months.is_calibrated
    from months
    left join targets
        on months.month_start_date = targets.month_start_date and targets.metric = 'cash'
)

select * from final
