-- The ratios of a day are those of its published movements (a line of which is at most a cent off), the
-- totals are equal, and MRR by customer is that of the totals and of the customers' own page.
with retention as (select * from {{ ref('fct_retention') }}),

movements as (select * from {{ ref('fct_mrr_movements') }}),

customer_mrr as (select * from {{ ref('fct_customer_mrr') }}),

customer_pages as (select * from {{ ref('fct_customer_360') }}),

ratios as (
    select
        retention.as_of_date,
        retention.gross_revenue_churn,
        retention.net_revenue_churn,
        movements.opening_mrr_reporting + movements.fx_mrr_reporting as opening_mrr_reporting,
        movements.contraction_mrr_reporting + movements.churn_voluntary_mrr_reporting
        + movements.churn_involuntary_mrr_reporting as lost_mrr_reporting,
        movements.expansion_mrr_reporting
    from retention
    inner join movements on retention.as_of_date = movements.as_of_date
),

by_customer as (
    select
        as_of_date,
        sum(closing_mrr_reporting) as closing_mrr_reporting,
        sum(closing_mrr_reporting) filter (where is_at_risk) as mrr_at_risk,
        count(*) as rows_added
    from customer_mrr
    group by as_of_date
)

select 'totals' as place, movements.as_of_date
from movements
left join retention on movements.as_of_date = retention.as_of_date
where
    movements.closing_mrr_reporting is distinct from retention.mrr_reporting
    or movements.arr_reporting is distinct from retention.arr
    or movements.logo_churn is distinct from retention.logo_churn
    or movements.churned_customer_count is distinct from retention.churned_customer_count
    or movements.opening_mrr_reporting + movements.fx_mrr_reporting is distinct from retention.opening_mrr_cc_reporting
union all
select 'ratios' as place, as_of_date
from ratios
where
    abs(gross_revenue_churn * opening_mrr_reporting + lost_mrr_reporting) > 0.04 + opening_mrr_reporting * 1e-6
    or abs(net_revenue_churn * opening_mrr_reporting + lost_mrr_reporting + expansion_mrr_reporting)
    > 0.05 + opening_mrr_reporting * 1e-6
union all
select 'customers' as place, retention.as_of_date
from retention
left join by_customer on retention.as_of_date = by_customer.as_of_date
where
    abs(retention.mrr_reporting - coalesce(by_customer.closing_mrr_reporting, 0))
    > 0.005 * (coalesce(by_customer.rows_added, 0) + 1)
    or abs(retention.mrr_at_risk - coalesce(by_customer.mrr_at_risk, 0))
    > 0.005 * (coalesce(by_customer.rows_added, 0) + 1)
union all
select 'customer pages' as place, customer_pages.as_of_date
from customer_pages
left join customer_mrr
    on
        customer_pages.as_of_date = customer_mrr.as_of_date
        and customer_pages.customer_id = customer_mrr.customer_id
where coalesce(customer_pages.mrr_reporting, 0) <> coalesce(customer_mrr.closing_mrr_reporting, 0)
