-- One figure, one value: open items, aged balance, position, DSO, provision and roll rates state the same money.
with open_items as (
    select
        as_of_date,
        sum(open_amount_reporting) as open_amount,
        sum(disputed_amount_reporting) as disputed_amount
    from {{ ref('fct_open_items') }}
    group by as_of_date
),

aged_balance as (
    select
        as_of_date,
        sum(open_invoices_amount_reporting) as open_amount,
        sum(disputed_amount_reporting) as disputed_amount,
        sum(ar_net_amount_reporting) as ar_net_amount
    from {{ ref('fct_aged_balance') }}
    group by as_of_date
),

expected_losses as (
    select as_of_date, sum(exposure_amount_reporting) as open_amount
    from {{ ref('fct_expected_credit_loss') }}
    group by as_of_date
),

roll_forward as (
    select as_of_date, sum(closing_ar_net_amount_reporting) as ar_net_amount
    from {{ ref('fct_ar_roll_forward') }}
    group by as_of_date
),

positions as (select * from {{ ref('fct_receivables_position') }}),

dso as (select * from {{ ref('fct_dso') }})

select positions.as_of_date
from positions
left join open_items on positions.as_of_date = open_items.as_of_date
left join aged_balance on positions.as_of_date = aged_balance.as_of_date
left join expected_losses on positions.as_of_date = expected_losses.as_of_date
left join roll_forward on positions.as_of_date = roll_forward.as_of_date
left join dso on positions.as_of_date = dso.as_of_date
where
    positions.open_invoices_amount_reporting <> coalesce(open_items.open_amount, 0)
    or positions.open_invoices_amount_reporting <> coalesce(aged_balance.open_amount, 0)
    or positions.open_invoices_amount_reporting <> coalesce(expected_losses.open_amount, 0)
    or positions.open_invoices_amount_reporting is distinct from dso.open_invoices_amount_reporting
    or positions.disputed_amount_reporting <> coalesce(open_items.disputed_amount, 0)
    or positions.disputed_amount_reporting <> coalesce(aged_balance.disputed_amount, 0)
    or positions.ar_net_amount_reporting <> coalesce(aged_balance.ar_net_amount, 0)
    or positions.ar_net_amount_reporting <> coalesce(roll_forward.ar_net_amount, 0)
    or positions.ar_net_amount_reporting is distinct from dso.ar_net_amount_reporting
    or positions.pct_past_due is distinct from dso.pct_past_due
    or positions.pct_90_plus is distinct from dso.pct_90_plus
