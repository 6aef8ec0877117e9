-- MRR rebuilt from the latest versions the sources sent: of each subscription the one that began last by the
-- date, if it is paid and not over. Within half a cent: the order of divisions differs.
-- A customer that nets to below zero counts as nothing.
with versions as ({{ staged('subscription_versions') }}
),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

movements as (select * from {{ ref('fct_mrr_movements') }}),

subscriptions as (select distinct subscription_id from versions),

days as (
    select
        movements.as_of_date,
        subscriptions.subscription_id
    from movements
    cross join subscriptions
),

in_force as (
    select
        days.as_of_date,
        versions.customer_id,
        versions.currency,
        versions.amount,
        versions.interval_months
    from days
    asof inner join versions
        on days.subscription_id = versions.subscription_id and days.as_of_date >= versions.valid_from
    where
        versions.status not in ('trialing', 'canceled')
        and (versions.valid_to is null or days.as_of_date < versions.valid_to)
),

yearly as (
    select
        as_of_date,
        customer_id,
        currency,
        sum(amount * 12 / interval_months) as amount
    from in_force
    group by as_of_date, customer_id, currency
),

converted as (
    select
        yearly.as_of_date,
        yearly.customer_id,
        greatest(sum(yearly.amount * rates.rate / 12), 0) as mrr_reporting
    from yearly
    asof inner join rates on yearly.currency = rates.from_currency and yearly.as_of_date >= rates.rate_date
    group by yearly.as_of_date, yearly.customer_id
),

rebuilt as (
    select as_of_date, sum(mrr_reporting) as mrr_reporting
    from converted
    group by as_of_date
)

select
    movements.as_of_date,
    movements.closing_mrr_reporting,
    rebuilt.mrr_reporting as rebuilt_mrr_reporting
from movements
left join rebuilt on movements.as_of_date = rebuilt.as_of_date
where abs(movements.closing_mrr_reporting - coalesce(rebuilt.mrr_reporting, 0)) > 0.00501
