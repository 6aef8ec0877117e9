with invoice_exposures as (select * from {{ ref('int_invoice_exposures') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

churn_predictions as (select * from {{ source('ml', 'churn_predictions') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

accounts as (
    select
        customer_id,
        sum(cash_exposure_amount) as cash_exposure_amount,
        sum(loss_exposure_amount) as loss_exposure_amount,
        max(days_past_due) as oldest_days_past_due
    from invoice_exposures
    group by customer_id
),

components as (
    select
        accounts.customer_id,
        churn_predictions.p_churn as churn_probability,
        churn_predictions.method as churn_method,
        churn_predictions.reason_codes as churn_reason_codes,
        cast(round(accounts.cash_exposure_amount, 2) as decimal(18, 2)) as cash_exposure_amount,
        cast(round(accounts.loss_exposure_amount, 2) as decimal(18, 2)) as loss_exposure_amount,
        -- Recurring revenue is at stake once an item is 31 days past due (DEFINITIONS, ltv_at_risk).
        case
            when customer_360.mrr_reporting = 0 or accounts.oldest_days_past_due < 31 then 0
            else cast(round(
                churn_predictions.p_churn
                * customer_360.mrr_reporting
                * settings.gross_margin_rate
                * settings.ltv_horizon_months, 2
            ) as decimal(18, 2))
        end as ltv_exposure_amount
    from accounts
    inner join customer_360 on accounts.customer_id = customer_360.customer_id
    left join churn_predictions
        on
            accounts.customer_id = churn_predictions.customer_id
            and churn_predictions.as_of_date = {{ as_of_date() }}
    cross join settings
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        customer_id,
        churn_probability,
        churn_method,
        churn_reason_codes,
        cash_exposure_amount,
        loss_exposure_amount,
        ltv_exposure_amount,
        -- What is not known adds nothing; a customer of whom nothing is known has no exposure.
        case
            when coalesce(cash_exposure_amount, loss_exposure_amount, ltv_exposure_amount) is not null
                then
                    coalesce(cash_exposure_amount, 0)
                    + coalesce(loss_exposure_amount, 0)
                    + coalesce(ltv_exposure_amount, 0)
        end as exposure_amount
    from components
)

select * from final
