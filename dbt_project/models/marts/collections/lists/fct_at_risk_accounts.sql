with facts as (select * from {{ ref('int_account_facts') }}),

exposures as (select * from {{ ref('int_account_exposures') }}),

reasons as (select * from {{ ref('int_account_reasons') }}),

batch as (select * from {{ ref('fct_reminder_batch') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

final as (
    select
        facts.as_of_date,
        cast(row_number() over (
            order by
                batch.priority_amount desc nulls last,
                customer_360.past_due_amount_reporting desc,
                facts.customer_id asc
        ) as integer) as rank,
        facts.customer_id,
        customer_360.customer_name,
        customer_360.country,
        customer_360.segment,
        customer_360.account_owner,
        batch.policy_segment,
        batch.language,
        {{ reporting_currency() }} as reporting_currency,
        customer_360.open_amount_reporting,
        customer_360.past_due_amount_reporting,
        customer_360.oldest_days_past_due,
        facts.shown_aging_bucket as oldest_aging_bucket,
        facts.shown_invoice_number as oldest_invoice_number,
        customer_360.open_invoice_count,
        customer_360.past_due_invoice_count,
        facts.p50_date as predicted_payment_date,
        facts.p10_date as predicted_p10_date,
        facts.p90_date as predicted_p90_date,
        facts.prediction_method,
        facts.churn_probability,
        facts.churn_method,
        customer_360.mrr_reporting,
        exposures.cash_exposure_amount,
        exposures.loss_exposure_amount,
        exposures.ltv_exposure_amount,
        exposures.exposure_amount,
        batch.cash_accelerated_amount,
        batch.loss_avoided_amount,
        batch.revenue_at_stake_amount,
        batch.churn_cost_amount,
        batch.contact_cost_amount,
        batch.priority_amount,
        batch.experiment_arm,
        batch.decision,
        batch.decision_reason,
        batch.step,
        batch.channel,
        batch.tone,
        batch.hold_reason,
        batch.hold_until_date,
        batch.deferred_amount_reporting,
        reasons.reasons_en,
        reasons.reasons_fr,
        batch.contact_name,
        batch.contact_email,
        batch.contact_phone,
        facts.is_past_due,
        facts.is_early_warning
    from facts
    inner join customer_360 on facts.customer_id = customer_360.customer_id
    inner join batch on facts.customer_id = batch.customer_id and facts.as_of_date = batch.as_of_date
    left join exposures on facts.customer_id = exposures.customer_id
    left join reasons on facts.customer_id = reasons.customer_id
    -- Nobody spends time on an account of the automatic lane.
    where batch.lane = 'person' and (facts.is_past_due or facts.is_early_warning)
)

select * from final
