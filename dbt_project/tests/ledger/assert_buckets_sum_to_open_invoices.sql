-- The buckets of every customer and day add up to what its open instalments owe, to the cent.
with aged_balance as (select * from {{ ref('fct_aged_balance') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

buckets as (
    select
        as_of_date,
        sum(not_due_amount_reporting + d1_30_amount_reporting + d31_60_amount_reporting
            + d61_90_amount_reporting + d90_plus_amount_reporting) as bucket_amount,
        sum(open_invoices_amount_reporting) as open_amount
    from aged_balance
    group by as_of_date
),

items as (
    select as_of_date, sum(open_amount_reporting) as item_amount
    from open_items
    group by as_of_date
)

select buckets.as_of_date
from buckets
left join items on buckets.as_of_date = items.as_of_date
where
    buckets.bucket_amount <> buckets.open_amount or buckets.open_amount <> coalesce(items.item_amount, 0)
