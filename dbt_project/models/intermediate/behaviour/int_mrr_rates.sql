{#- The rates of each step, looked up once: the closing one, and the one its opening snapshot closed at. -#}
with mrr as (select * from {{ ref('int_customer_mrr') }}),

as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

dates as (
    select as_of_date from as_of_dates
    union
    select as_of_date from mrr
    union
    select least(last_day(as_of_date + 1), {{ as_of_date() }}) as as_of_date from mrr
),

currencies as (select distinct currency from mrr),

-- Every currency on every date: who left needs the rate of today for what it paid a year ago.
needed as (
    select
        dates.as_of_date,
        cast(date_trunc('month', dates.as_of_date) - interval 1 day as date) as opening_date,
        currencies.currency
    from dates
    cross join currencies
),

at_closing as (
    select
        needed.as_of_date,
        needed.opening_date,
        needed.currency,
        rates.rate as closing_rate
    from needed
    asof inner join rates on needed.currency = rates.from_currency and needed.as_of_date >= rates.rate_date
),

-- A currency first quoted during the step has no opening rate: it was in no total before.
final as (
    select
        at_closing.as_of_date,
        at_closing.currency,
        at_closing.closing_rate,
        coalesce(rates.rate, 0) as opening_rate
    from at_closing
    asof left join rates on at_closing.currency = rates.from_currency and at_closing.opening_date >= rates.rate_date
)

select * from final
