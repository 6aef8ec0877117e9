with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

changes as (select * from {{ ref('int_mrr_changes') }}),

customers as (select * from {{ ref('dim_customers') }}),

dated as (
    select
        changes.*,
        {{ money('changes.closing_mrr') }} as closing_mrr_reporting
    from changes
    inner join as_of_dates on changes.as_of_date = as_of_dates.as_of_date
),

-- Rounding is the dear part of millions of rows: what did not change is rounded once.
at_closing_rate as (
    select
        *,
        case
            when opening_mrr_cc = closing_mrr then closing_mrr_reporting else {{ money('opening_mrr_cc') }}
        end as opening_mrr_cc_reporting
    from dated
),

rounded as (
    select
        *,
        case
            when opening_mrr = opening_mrr_cc then opening_mrr_cc_reporting else {{ money('opening_mrr') }}
        end as opening_mrr_reporting
    from at_closing_rate
),

-- FX and movement lie between rounded balances, so that every row adds up to the cent.
final as (
    select
        rounded.as_of_date,
        rounded.customer_id,
        customers.segment,
        customers.country,
        {{ reporting_currency() }} as reporting_currency,
        rounded.opening_mrr_reporting,
        cast(rounded.opening_mrr_cc_reporting - rounded.opening_mrr_reporting as decimal(18, 2)) as fx_mrr_reporting,
        rounded.opening_mrr_cc_reporting,
        rounded.movement,
        cast(rounded.closing_mrr_reporting - rounded.opening_mrr_cc_reporting as decimal(18, 2))
            as movement_mrr_reporting,
        rounded.closing_mrr_reporting,
        rounded.is_at_risk
    from rounded
    left join customers on rounded.customer_id = customers.customer_id
)

select * from final
