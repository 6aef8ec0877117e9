-- Opening + invoices - credit notes - cash - prepayments applied - net write-offs + FX = closing ar_net, of every
-- date and currency: to the cent in its own money without FX; in the reporting currency with FX, which
-- must be what was realised and revalued, but for what rounding so many items one by one can come to
-- (seven standard deviations: 0.02 times the root of their number).
with roll_forward as (select * from {{ ref('fct_ar_roll_forward') }}),

as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

rounded_items as (
    select as_of_date, currency, count(*) as items
    from open_items
    group by as_of_date, currency
    union all
    select as_of_date, currency, 2 * count(*) as items
    from aged_balance
    group by as_of_date, currency
),

both_dates as (
    select as_of_dates.as_of_date, rounded_items.currency, rounded_items.items
    from rounded_items
    inner join as_of_dates on rounded_items.as_of_date in (as_of_dates.as_of_date, as_of_dates.previous_as_of_date)
),

tolerances as (
    select as_of_date, currency, 0.05 + 0.02 * sqrt(sum(items)) as tolerance
    from both_dates
    group by as_of_date, currency
),

checked as (
    select
        roll_forward.as_of_date,
        roll_forward.currency,
        roll_forward.opening_ar_net_amount
        + roll_forward.invoices_amount
        - roll_forward.credit_notes_amount
        - roll_forward.cash_amount
        - roll_forward.prepayments_applied_amount
        - roll_forward.net_write_offs_amount
        - roll_forward.closing_ar_net_amount as gap_amount,
        roll_forward.opening_ar_net_amount_reporting
        + roll_forward.invoices_amount_reporting
        - roll_forward.credit_notes_amount_reporting
        - roll_forward.cash_amount_reporting
        - roll_forward.prepayments_applied_amount_reporting
        - roll_forward.net_write_offs_amount_reporting
        + roll_forward.fx_amount_reporting
        - roll_forward.closing_ar_net_amount_reporting as gap_amount_reporting,
        abs(
            roll_forward.fx_amount_reporting
            - roll_forward.fx_realised_reporting
            - roll_forward.fx_unrealised_change_reporting
        ) as fx_gap,
        coalesce(if(roll_forward.currency = {{ reporting_currency() }}, 0, tolerances.tolerance), 0.05) as tolerance
    from roll_forward
    left join tolerances
        on roll_forward.as_of_date = tolerances.as_of_date and roll_forward.currency = tolerances.currency
)

select * from checked
where gap_amount <> 0 or gap_amount_reporting <> 0 or fx_gap > tolerance
