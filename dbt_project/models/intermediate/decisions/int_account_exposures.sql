with next_steps as (select * from {{ ref('int_next_steps') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

churn_predictions as (select * from {{ source('ml', 'churn_predictions') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

invoice_exposures as (
    select
        open_invoices.customer_id,
        open_invoices.days_past_due,
        -- Money still to wait for, from today or from its due date, at the cost of capital.
        case
            when open_invoices.is_predicted
                then open_invoices.asked_amount_reporting * settings.capital_rate / 365 * greatest(
                    coalesce(
                        open_invoices.p50_date - greatest({{ as_of_date() }}, open_invoices.due_date),
                        settings.beyond_horizon_days
                    ), 0
                )
        end as cash_exposure_amount,
        open_invoices.asked_amount_reporting * open_invoices.p_unpaid_120d * case open_invoices.aging_bucket
            when 'not_due' then settings.not_due_loss_rate
            when 'd1_30' then settings.d1_30_loss_rate
            when 'd31_60' then settings.d31_60_loss_rate
            when 'd61_90' then settings.d61_90_loss_rate
            when 'd90_plus' then settings.d90_plus_loss_rate
        end as loss_exposure_amount
    from next_steps
    inner join open_invoices on next_steps.invoice_id = open_invoices.invoice_id
    cross join settings
),

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
