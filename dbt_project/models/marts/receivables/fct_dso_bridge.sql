with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

bridge as (select * from {{ ref('int_dso_bridge') }}),

rounded as (
    select
        as_of_date,
        {%- for column in [
            'opening_dso', 'closing_dso', 'terms_days', 'delinquency_days', 'disputes_days', 'unapplied_days', 'fx_days'
        ] %}
        cast({{ column }} as decimal(28, 6)) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from bridge
),

-- The line of sales carries the last place that rounding the others leaves: the lines add up exactly.
final as (
    select
        as_of_dates.as_of_date,
        rounded.opening_dso as opening_dso_rolling_3m,
        cast(
            rounded.closing_dso - rounded.opening_dso - rounded.terms_days - rounded.delinquency_days
            - rounded.disputes_days - rounded.unapplied_days - rounded.fx_days
            as decimal(28, 6)
        ) as sales_volume_and_mix_days,
        rounded.terms_days,
        rounded.delinquency_days,
        rounded.disputes_days,
        rounded.unapplied_days,
        rounded.fx_days,
        rounded.closing_dso as closing_dso_rolling_3m
    from as_of_dates
    left join rounded on as_of_dates.as_of_date = rounded.as_of_date
)

select * from final
