with proposals as (select * from {{ ref('int_account_proposals') }}),

messages as (select * from {{ ref('int_proposed_messages') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

policy_lists as (select * from {{ source('raw_policy', 'settings') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

excluded_tones as (
    select value
    from policy_lists
    where key = 'experiment.excluded_tones'
),

excluded_segments as (
    select value
    from policy_lists
    where key = 'experiment.excluded_segments'
),

-- A holdout ends when the first step that nobody may be spared is reached, or the last one of its scenario:
-- an experiment costs weeks, not the debt.
ends as (
    select
        scenario,
        coalesce(
            min(offset_days) filter (where channel = 'letter' or tone in (select value from excluded_tones)),
            max(offset_days)
        ) as offset_days
    from steps
    group by scenario
),

oldest as (
    select
        customer_id,
        max(days_past_due) as days_past_due
    from open_invoices
    group by customer_id
),

-- Sticky: the first 32 bits of an MD5 of experiment and customer, as a share of all. Not DuckDB's own hash,
-- which changes between its versions.
drawn as (
    select
        messages.as_of_date,
        messages.customer_id,
        cast('0x' || left(md5(settings.experiment_name || ':' || messages.customer_id), 8) as bigint)
        < settings.holdout_rate * 4294967296 as is_drawn,
        messages.step_channel = 'letter'
        or messages.channel = 'letter'
        or messages.tone in (select value from excluded_tones)
        or proposals.policy_segment in (select value from excluded_segments)
        or messages.asked_amount_reporting > settings.holdout_maximum_amount
        or oldest.days_past_due >= ends.offset_days as is_excluded
    from messages
    inner join proposals on messages.customer_id = proposals.customer_id
    inner join ends on proposals.scenario = ends.scenario
    inner join oldest on messages.customer_id = oldest.customer_id
    cross join settings
    -- Nobody takes part in an experiment that does not run.
    where settings.holdout_rate > 0
),

final as (
    select
        as_of_date,
        customer_id,
        case
            when is_excluded then 'excluded'
            when is_drawn then 'holdout'
            else 'treated'
        end as experiment_arm
    from drawn
)

select * from final
