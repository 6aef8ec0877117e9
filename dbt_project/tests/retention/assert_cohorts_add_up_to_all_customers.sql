-- Every paying customer is in one cohort, and no cohort has more customers than began in it.
with cohorts as (select * from {{ ref('fct_cohort_retention') }}),

retention as (select * from {{ ref('fct_retention') }}),

totals as (
    select
        as_of_date,
        sum(customer_count) as customer_count,
        sum(mrr_reporting) as mrr_reporting,
        count(*) as cohorts_added,
        count(*) filter (where customer_count > cohort_customer_count) as impossible_cohorts
    from cohorts
    group by as_of_date
)

select retention.as_of_date
from retention
left join totals on retention.as_of_date = totals.as_of_date
where
    retention.closing_customer_count <> coalesce(totals.customer_count, 0)
    or abs(retention.mrr_reporting - coalesce(totals.mrr_reporting, 0))
    > 0.005 * (coalesce(totals.cohorts_added, 0) + 1)
    or totals.impossible_cohorts > 0
