-- What landings are measured on is the cash of the ledger, by month and currency, to the last digit.
with cash_received as (select * from {{ ref('int_cash_received') }}),

ledger_flows as (select * from {{ ref('int_ledger_flows') }}),

landed as (
    select
        least(last_day(cash_date), {{ as_of_date() }}) as as_of_date,
        currency,
        sum(amount_reporting) as amount_reporting
    from cash_received
    group by all
),

flows as (
    select as_of_date, currency, cash_reporting + prepayments_received_reporting as amount_reporting
    from ledger_flows
)

select as_of_date, currency
from flows
full outer join landed using (as_of_date, currency)
where coalesce(flows.amount_reporting, 0) <> coalesce(landed.amount_reporting, 0)
