-- Every customer of a year ago is in one band: customers and MRR are those of fct_retention, to the cent.
-- Nobody without anything past due counts in a band of the chased, and what was kept is at most what there was.
with bands as (select * from {{ ref('fct_retention_by_dunning') }}),

retention as (select * from {{ ref('fct_retention') }}),

totals as (
    select
        as_of_date,
        sum(base_customer_count) as base_customer_count,
        sum(base_mrr_reporting) as base_mrr_reporting,
        sum(closing_mrr_reporting) as closing_mrr_reporting
    from bands
    group by as_of_date
)

select 'totals' as place, totals.as_of_date
from totals
left join retention on totals.as_of_date = retention.as_of_date
where
    totals.base_customer_count is distinct from retention.base_customer_count_12m
    or totals.base_mrr_reporting is distinct from retention.base_mrr_12m_reporting
    or abs(retention.nrr_12m * totals.base_mrr_reporting - totals.closing_mrr_reporting)
    > 0.02 + totals.base_mrr_reporting * 1e-6
union all
select 'bands' as place, as_of_date
from bands
where
    (dunning_band = 'not_past_due') <> (mean_past_due_months = 0)
    or (dunning_band = 'none' and mean_contact_count <> 0)
    or not (grr_12m_snapshot >= 0 and grr_12m_snapshot <= least(1, nrr_12m))
    or retained_customer_count > base_customer_count
    or base_date >= as_of_date
    or window_start_date >= base_date
