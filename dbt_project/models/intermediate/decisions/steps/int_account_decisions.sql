with proposals as (select * from {{ ref('int_account_proposals') }}),

exposures as (select * from {{ ref('int_account_exposures') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

-- Where a day is full, the largest go first; what it leaves is proposed again on the next one.
ranked as (
    select
        proposals.customer_id,
        row_number() over (
            order by
                exposures.exposure_amount desc nulls last,
                proposals.customer_id asc
        ) as position_no
    from proposals
    left join exposures on proposals.customer_id = exposures.customer_id
    where proposals.decision = 'send'
),

beyond_maximum as (
    select ranked.customer_id
    from ranked
    cross join settings
    where ranked.position_no > settings.messages_a_day
),

final as (
    select
        proposals.as_of_date,
        proposals.customer_id,
        proposals.policy_segment,
        proposals.scenario,
        proposals.lane,
        case when beyond_maximum.customer_id is null then proposals.decision else 'wait' end as decision,
        case when beyond_maximum.customer_id is null then proposals.decision_reason else 'daily_maximum' end
            as decision_reason,
        case when beyond_maximum.customer_id is null then proposals.step_no end as step_no,
        proposals.next_step_date,
        proposals.hold_reason,
        proposals.hold_until_date,
        proposals.held_invoice_count,
        proposals.deferred_amount_reporting
    from proposals
    left join beyond_maximum on proposals.customer_id = beyond_maximum.customer_id
)

select * from final
