with accounts as (select * from {{ ref('fct_at_risk_accounts') }})

select
    as_of_date,
    customer_id
from accounts
where
    exposure_amount <> coalesce(cash_exposure_amount, 0)
    + coalesce(loss_exposure_amount, 0)
    + coalesce(ltv_exposure_amount, 0)
    or cash_exposure_amount < 0
    or loss_exposure_amount < 0
    or ltv_exposure_amount < 0
