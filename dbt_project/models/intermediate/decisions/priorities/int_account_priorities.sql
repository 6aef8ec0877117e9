with weighed_steps as (select * from {{ ref('int_weighed_steps') }}),

invoice_exposures as (select * from {{ ref('int_invoice_exposures') }}),

exposures as (select * from {{ ref('int_account_exposures') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

broken_promises as (select * from {{ ref('int_broken_promises') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

-- The effects are assumptions of the policy until an experiment has measured them.
effects as (
    select
        weighed_steps.customer_id,
        case weighed_steps.channel
            {%- for channel in ['email', 'call', 'letter', 'slack_task'] %}
            when '{{ channel }}' then settings.{{ channel }}_days_gained
            {%- endfor %}
        end as days_gained,
        case weighed_steps.channel
            {%- for channel in ['email', 'call', 'letter', 'slack_task'] %}
            when '{{ channel }}' then settings.{{ channel }}_contact_cost_amount
            {%- endfor %}
        end as contact_cost_amount,
        case weighed_steps.tone
            {%- for tone in ['friendly', 'neutral', 'firm', 'final'] %}
            when '{{ tone }}' then settings.{{ tone }}_added_churn_rate
            {%- endfor %}
        end as added_churn_rate
    from weighed_steps
    cross join settings
),

asked_invoices as (
    select
        customer_id,
        unnest(invoice_ids) as invoice_id
    from weighed_steps
),

-- No payment is brought forward by more days than it is still expected to be away.
gains as (
    select
        asked_invoices.customer_id,
        sum(
            invoice_exposures.asked_amount_reporting
            * settings.capital_rate
            / 365
            * least(effects.days_gained, invoice_exposures.days_away)
        ) filter (where invoice_exposures.days_away is not null) as cash_accelerated_amount,
        sum(invoice_exposures.loss_exposure_amount * settings.loss_avoided_rate) as loss_avoided_amount
    from asked_invoices
    inner join invoice_exposures on asked_invoices.invoice_id = invoice_exposures.invoice_id
    inner join effects on asked_invoices.customer_id = effects.customer_id
    cross join settings
    group by asked_invoices.customer_id
),

promise_breakers as (select distinct customer_id from broken_promises),

-- Trouble: 31 days past due (DEFINITIONS, ltv_at_risk), or anything past due of a customer that broke a
-- promise, disputes, has a weighty ticket, or of whom the churn model itself raises an alarm.
troubled_amounts as (
    select
        open_invoices.customer_id,
        sum(open_invoices.past_due_amount_reporting) filter (
            where
                open_invoices.days_past_due >= 31
                or promise_breakers.customer_id is not null
                or customer_360.open_dispute_count > 0
                or customer_360.weighty_ticket_count > 0
                or (
                    exposures.churn_method <> 'base_rate'
                    and exposures.churn_probability >= settings.churn_alert_rate
                )
        ) as troubled_amount
    from open_invoices
    inner join customer_360 on open_invoices.customer_id = customer_360.customer_id
    inner join exposures on open_invoices.customer_id = exposures.customer_id
    cross join settings
    left join promise_breakers on open_invoices.customer_id = promise_breakers.customer_id
    group by open_invoices.customer_id
),

-- A remainder of a few euros puts no contract at stake: all of it from one month's revenue in trouble on,
-- in proportion below. A customer that has given notice can be lost no more.
components as (
    select
        effects.customer_id,
        {{ money('gains.cash_accelerated_amount') }} as cash_accelerated_amount,
        {{ money('gains.loss_avoided_amount') }} as loss_avoided_amount,
        case
            when exposures.churn_method = 'notice_given' or customer_360.mrr_reporting = 0 then 0
            else {{ money(
                'exposures.churn_probability * settings.gross_margin_rate * settings.ltv_horizon_months'
                ~ ' * least(customer_360.mrr_reporting, coalesce(troubled_amounts.troubled_amount, 0))'
            ) }}
        end as revenue_at_stake_amount,
        case
            when exposures.churn_method = 'notice_given' then 0
            else {{ money(
                'effects.added_churn_rate * customer_360.mrr_reporting'
                ~ ' * settings.gross_margin_rate * settings.ltv_horizon_months'
            ) }}
        end as churn_cost_amount,
        effects.contact_cost_amount
    from effects
    inner join customer_360 on effects.customer_id = customer_360.customer_id
    inner join exposures on effects.customer_id = exposures.customer_id
    inner join gains on effects.customer_id = gains.customer_id
    left join troubled_amounts on effects.customer_id = troubled_amounts.customer_id
    cross join settings
),

-- What is not known adds nothing; of whom nothing is known, there is no priority.
final as (
    select
        {{ as_of_date() }} as as_of_date,
        components.*,
        case
            when coalesce(cash_accelerated_amount, loss_avoided_amount, revenue_at_stake_amount) is not null
                then cast(
                    coalesce(cash_accelerated_amount, 0)
                    + coalesce(loss_avoided_amount, 0)
                    + coalesce(revenue_at_stake_amount, 0)
                    - coalesce(churn_cost_amount, 0)
                    - contact_cost_amount as decimal(18, 2)
                )
        end as priority_amount
    from components
)

select * from final
