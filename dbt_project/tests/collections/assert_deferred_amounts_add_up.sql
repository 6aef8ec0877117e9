-- Deferred money by hold, by customer and of the day: the same sum, no invoice counted twice.
with batch as (select * from {{ ref('fct_reminder_batch') }}),

holds as (select * from {{ ref('fct_holds') }}),

days as (select * from {{ ref('fct_collections_days') }}),

by_customer as (
    select
        as_of_date,
        sum(deferred_amount_reporting) as deferred_amount_reporting
    from batch
    group by as_of_date
),

by_hold as (
    select
        as_of_date,
        sum(attributed_amount_reporting) as deferred_amount_reporting
    from holds
    group by as_of_date
)

select days.as_of_date
from days
left join by_customer on days.as_of_date = by_customer.as_of_date
left join by_hold on days.as_of_date = by_hold.as_of_date
where
    days.deferred_amount_reporting <> coalesce(by_customer.deferred_amount_reporting, 0)
    or days.deferred_amount_reporting <> coalesce(by_hold.deferred_amount_reporting, 0)
