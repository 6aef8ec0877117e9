-- Opening + movements + FX = closing, and the opening is what the month end before closed with: exactly,
-- on unrounded rows, where a change without a movement would be missing, and on the published lines.
-- Customers are counted at the closing rate, as the ratios are: whom a rate alone brought above zero (a first
-- quotation, or a rate that turns a negative net) or took from there is in the opening count, or not, as is its MRR
-- after the FX line, and makes no movement.
with changes as (select * from {{ ref('int_mrr_changes') }}),

movements as (select * from {{ ref('fct_mrr_movements') }}),

customer_mrr as (select * from {{ ref('fct_customer_mrr') }}),

unrounded as (
    select
        as_of_date,
        sum(opening_mrr) as opening_mrr,
        sum(opening_mrr_cc - opening_mrr) as fx_mrr,
        coalesce(sum(closing_mrr - opening_mrr_cc) filter (where movement is not null), 0) as movement_mrr,
        sum(closing_mrr) as closing_mrr,
        count(*) filter (where opening_mrr_cc > 0) - count(*) filter (where opening_mrr > 0) as fx_customer_count
    from changes
    group by as_of_date
),

published as (
    select
        *,
        new_mrr_reporting + reactivation_mrr_reporting + expansion_mrr_reporting + contraction_mrr_reporting
        + churn_voluntary_mrr_reporting + churn_involuntary_mrr_reporting as movement_mrr_reporting,
        opening_customer_count + new_customer_count + reactivation_customer_count - churned_customer_count
            as expected_customer_count
    from movements
)

select 'unrounded' as place, as_of_date
from unrounded
where opening_mrr + fx_mrr + movement_mrr <> closing_mrr
union all
select 'unrounded opening' as place, unrounded.as_of_date
from unrounded
inner join unrounded as before on before.as_of_date = date_trunc('month', unrounded.as_of_date) - interval 1 day
where unrounded.opening_mrr <> before.closing_mrr
union all
select 'published' as place, as_of_date
from published
where
    opening_mrr_reporting + fx_mrr_reporting + movement_mrr_reporting <> closing_mrr_reporting
    or expected_customer_count <> closing_customer_count
union all
select 'published opening' as place, published.as_of_date
from published
inner join published as before on before.as_of_date = date_trunc('month', published.as_of_date) - interval 1 day
left join unrounded on published.as_of_date = unrounded.as_of_date
where
    published.opening_mrr_reporting <> before.closing_mrr_reporting
    or published.opening_customer_count - coalesce(unrounded.fx_customer_count, 0) <> before.closing_customer_count
union all
select 'customer' as place, as_of_date
from customer_mrr
where
    opening_mrr_reporting + fx_mrr_reporting <> opening_mrr_cc_reporting
    or opening_mrr_cc_reporting + movement_mrr_reporting <> closing_mrr_reporting
