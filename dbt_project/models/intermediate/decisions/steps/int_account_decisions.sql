with proposals as (select * from {{ ref('int_account_proposals') }}),

arms as (select * from {{ ref('int_experiment_arms') }}),

priorities as (select * from {{ ref('int_account_priorities') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

-- Where a day is full, the most valuable go first; what it leaves is proposed again on the next one. A
-- customer held out takes nobody's place.
ranked as (
    select
        proposals.customer_id,
        row_number() over (
            order by
                priorities.priority_amount desc nulls last,
                proposals.customer_id asc
        ) as position_no
    from proposals
    left join arms on proposals.customer_id = arms.customer_id
    left join priorities on proposals.customer_id = priorities.customer_id
    where proposals.decision = 'send' and arms.experiment_arm is distinct from 'holdout'
),

-- Whoever was written to today is held by now: a second run of the day has only what the first one left.
contacted_today as (
    select count(distinct coalesce(activities.customer_id, invoices.customer_id)) as customer_count
    from activities
    left join invoices on activities.invoice_id = invoices.invoice_id
    where
        activities.activity_date = {{ as_of_date() }}
        and ((activities.direction = 'out' and activities.kind <> 'note') or activities.channel = 'slack_task')
),

stopped as (
    select
        customer_id,
        'holdout' as stop_reason
    from arms
    where experiment_arm = 'holdout'
    union all
    select
        ranked.customer_id,
        'daily_maximum' as stop_reason
    from ranked
    cross join settings
    cross join contacted_today
    where ranked.position_no > settings.messages_a_day - contacted_today.customer_count
),

final as (
    select
        proposals.as_of_date,
        proposals.customer_id,
        proposals.policy_segment,
        proposals.scenario,
        proposals.lane,
        case when stopped.customer_id is null then proposals.decision else 'wait' end as decision,
        coalesce(stopped.stop_reason, proposals.decision_reason) as decision_reason,
        case when stopped.customer_id is null then proposals.step_no end as step_no,
        proposals.next_step_date,
        proposals.hold_reason,
        proposals.hold_until_date,
        proposals.held_invoice_count,
        proposals.deferred_amount_reporting,
        arms.experiment_arm
    from proposals
    left join stopped on proposals.customer_id = stopped.customer_id
    left join arms on proposals.customer_id = arms.customer_id
)

select * from final
