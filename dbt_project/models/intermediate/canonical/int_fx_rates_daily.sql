with quoted as (select * from {{ ref('int_fx_rates_unioned') }}),

-- A pair quoted both ways keeps its direct quotation. Twelve places: the inverse of 160 yen a euro
-- would lose cents a thousand euros at eight.
into_reporting as (
    select rate_date, from_currency, cast(rate as decimal(20, 12)) as rate, 1 as preference, source_name
    from quoted
    where to_currency = {{ reporting_currency() }}
    union all
    select
        rate_date,
        to_currency as from_currency,
        cast(1 / cast(rate as double) as decimal(20, 12)) as rate,
        2 as preference,
        source_name
    from quoted
    where from_currency = {{ reporting_currency() }} and rate > 0
),

one_per_day as (
    select
        from_currency,
        rate_date,
        rate
    from into_reporting
    where from_currency <> {{ reporting_currency() }} and rate > 0
    qualify row_number() over (partition by from_currency, rate_date order by preference, source_name) = 1
),

final as (
    select
        from_currency,
        rate_date,
        coalesce(
            lead(rate_date) over (partition by from_currency order by rate_date), date '9999-12-31'
        ) as valid_to_date,
        rate
    from one_per_day
    union all
    select
        {{ reporting_currency() }} as from_currency,
        date '0001-01-01' as rate_date,
        date '9999-12-31' as valid_to_date,
        cast(1 as decimal(20, 12)) as rate
)

select * from final
