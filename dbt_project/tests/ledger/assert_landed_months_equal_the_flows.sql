{{ config(tags=['after_scoring']) }}
-- What a month is said to have landed is the cash of the ledger, to the cent, and its lines add up to it.
with outcomes as (select * from {{ ref('fct_cash_landing_outcomes') }}),

ledger_flows as (select * from {{ ref('int_ledger_flows') }}),

flows as (
    select as_of_date as month_end_date, sum({{ money('cash_reporting + prepayments_received_reporting') }}) as amount
    from ledger_flows
    group by as_of_date
),

months as (
    select
        last_day(month_start_date) as month_end_date,
        sum(landed_amount_reporting) filter (where line = 'total') as total_amount
    from outcomes
    group by month_start_date
)

select months.month_end_date
from months
left join flows on months.month_end_date = flows.month_end_date
where months.total_amount <> coalesce(flows.amount, 0)
