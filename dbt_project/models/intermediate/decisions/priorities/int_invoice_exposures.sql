with next_steps as (select * from {{ ref('int_next_steps') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

-- Waiting is counted from the due date where that is still to come: nobody is asked to pay before it.
awaited as (
    select
        open_invoices.as_of_date,
        open_invoices.invoice_id,
        open_invoices.customer_id,
        open_invoices.days_past_due,
        open_invoices.aging_bucket,
        open_invoices.is_predicted,
        open_invoices.p_unpaid_120d,
        open_invoices.asked_amount_reporting,
        case
            when open_invoices.is_predicted
                then greatest(
                    coalesce(
                        open_invoices.p50_date - greatest({{ as_of_date() }}, open_invoices.due_date),
                        settings.beyond_horizon_days
                    ), 0
                )
        end as days_away
    from next_steps
    inner join open_invoices on next_steps.invoice_id = open_invoices.invoice_id
    cross join settings
),

final as (
    select
        awaited.as_of_date,
        awaited.invoice_id,
        awaited.customer_id,
        awaited.days_past_due,
        awaited.asked_amount_reporting,
        awaited.days_away,
        awaited.asked_amount_reporting * settings.capital_rate / 365 * awaited.days_away as cash_exposure_amount,
        awaited.asked_amount_reporting * awaited.p_unpaid_120d * case awaited.aging_bucket
            when 'not_due' then settings.not_due_loss_rate
            when 'd1_30' then settings.d1_30_loss_rate
            when 'd31_60' then settings.d31_60_loss_rate
            when 'd61_90' then settings.d61_90_loss_rate
            when 'd90_plus' then settings.d90_plus_loss_rate
        end as loss_exposure_amount
    from awaited
    cross join settings
)

select * from final
