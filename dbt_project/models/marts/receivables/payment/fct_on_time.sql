with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

verdicts as (select * from {{ ref('int_instalment_verdicts') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

{% for window, months in [('', 3), ('_12m', 12)] -%}
intervals{{ window }} as (
    select
        currency,
        {{ first_as_of_date('valid_from') }} as first_as_of_date,
        {{ first_as_of_date('least(valid_to, ' ~ end_of_window('due_date', months) ~ ')') }} as end_as_of_date,
        count(*) as due_count,
        count(*) filter (where is_on_time) as on_time_count,
        sum(due_amount) as due_amount,
        sum(least(paid_on_time_amount, due_amount)) as paid_on_time_amount
    from verdicts
    group by currency, first_as_of_date, end_as_of_date
),

dated{{ window }} as (
    select
        * exclude (first_as_of_date, end_as_of_date),
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date
    from intervals{{ window }}
    where first_as_of_date < end_as_of_date
),

-- At the closing rate of the as-of date: a rate that moves is not a slower customer (K8).
totals{{ window }} as (
    select
        dated{{ window }}.as_of_date,
        sum(dated{{ window }}.due_count) as due_count,
        sum(dated{{ window }}.on_time_count) as on_time_count,
        sum(dated{{ window }}.due_amount * rates.rate) as due_amount,
        sum(dated{{ window }}.paid_on_time_amount * rates.rate) as paid_on_time_amount
    from dated{{ window }}
    inner join rates
        on dated{{ window }}.currency = rates.from_currency and dated{{ window }}.as_of_date = rates.rate_date
    group by dated{{ window }}.as_of_date
),

{% endfor -%}
final as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {%- for window in ['', '_12m'] %}
        cast(coalesce(totals{{ window }}.due_count, 0) as bigint) as due_instalment_count{{ window }},
        cast(coalesce(totals{{ window }}.on_time_count, 0) as bigint) as on_time_instalment_count{{ window }},
        round({{ ratio('totals' ~ window ~ '.on_time_count', 'totals' ~ window ~ '.due_count') }}, 6)
            as on_time_rate_count{{ window }},
        {{ money('coalesce(totals' ~ window ~ '.due_amount, 0)') }} as due_amount_cc{{ window }},
        {{ money('coalesce(totals' ~ window ~ '.paid_on_time_amount, 0)') }} as paid_on_time_amount_cc{{ window }},
        round({{ ratio('totals' ~ window ~ '.paid_on_time_amount', 'totals' ~ window ~ '.due_amount') }}, 6)
            as on_time_rate_value{{ window }}{{ "," if not loop.last }}
        {%- endfor %}
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
    left join totals_12m on as_of_dates.as_of_date = totals_12m.as_of_date
)

select * from final
