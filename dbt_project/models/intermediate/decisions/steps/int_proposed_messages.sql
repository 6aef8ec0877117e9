with proposals as (select * from {{ ref('int_account_proposals') }}),

proposed_lines as (select * from {{ ref('int_proposed_lines') }}),

customers as (select * from {{ ref('dim_customers') }}),

contacts as (select * from {{ ref('int_contacts_chosen') }}),

steps_taken as (select * from {{ ref('int_steps_taken') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

tones as (
    select ['friendly', 'neutral', 'firm', 'final'] as names
),

amounts_by_currency as (
    select
        customer_id,
        currency,
        sum(asked_amount) as asked_amount,
        sum(asked_amount_reporting) as asked_amount_reporting,
        count(*) as invoice_count
    from proposed_lines
    group by customer_id, currency
),

-- One total a currency: currencies are never added up in a message.
amounts as (
    select
        customer_id,
        '[' || string_agg(
            '{"currency": "' || currency || '", "amount": "' || cast(asked_amount as varchar) || '"}',
            ', '
            order by currency
        ) || ']' as asked_amounts,
        sum(asked_amount_reporting) as asked_amount_reporting,
        sum(invoice_count) as invoice_count
    from amounts_by_currency
    group by customer_id
),

-- The firmest word said of an invoice that the message lists; a final one is said by its own step alone.
earlier_tones as (
    select
        proposed_lines.customer_id,
        max(least(list_position(tones.names, steps.tone), list_position(tones.names, 'firm'))) as tone_rank
    from proposed_lines
    cross join tones
    inner join proposals on proposed_lines.customer_id = proposals.customer_id
    inner join steps_taken on proposed_lines.invoice_id = steps_taken.invoice_id
    inner join steps on proposals.scenario = steps.scenario and steps_taken.last_step_no = steps.step_no
    group by proposed_lines.customer_id
),

-- A step whose channel reaches nobody takes another one where that reaches somebody; one that would ask for
-- less than the step's minimum goes by e-mail. The automatic lane has e-mail steps only and stays with them.
channelled as (
    select
        proposals.as_of_date,
        proposals.customer_id,
        proposals.lane,
        steps.step_no,
        steps.step,
        steps.channel as step_channel,
        steps.template as step_template,
        list_extract(
            tones.names,
            greatest(list_position(tones.names, steps.tone), coalesce(earlier_tones.tone_rank, 1))
        ) as tone,
        steps.needs_approval,
        amounts.asked_amounts,
        amounts.asked_amount_reporting,
        amounts.invoice_count,
        case
            when proposals.lane = 'automatic' then 'email'
            when steps.channel = 'email' and contacts.email is null and contacts.phone is not null then 'call'
            when
                contacts.email is not null
                and (
                    (steps.channel = 'call' and contacts.phone is null)
                    or (steps.channel = 'slack_task' and customers.account_owner is null)
                    or amounts.asked_amount_reporting < steps.minimum_amount
                )
                then 'email'
            when steps.channel = 'slack_task' and customers.account_owner is null then 'call'
            else steps.channel
        end as channel
    from proposals
    cross join tones
    inner join steps on proposals.scenario = steps.scenario and proposals.step_no = steps.step_no
    inner join amounts on proposals.customer_id = amounts.customer_id
    inner join customers on proposals.customer_id = customers.customer_id
    left join contacts on proposals.customer_id = contacts.customer_id
    left join earlier_tones on proposals.customer_id = earlier_tones.customer_id
    where proposals.decision = 'send'
),

final as (
    select
        channelled.as_of_date,
        channelled.customer_id,
        channelled.step_no,
        channelled.step,
        channelled.step_channel,
        channelled.channel,
        case
            when channelled.channel = channelled.step_channel then channelled.step_template
            when channelled.channel = 'email' then settings.fallback_email_template
            when channelled.channel = 'call' then settings.fallback_call_template
        end as template,
        -- A last notice is a letter: below its minimum, or where it cannot go, the word stays firm.
        case
            when channelled.tone = 'final' and channelled.channel <> channelled.step_channel then 'firm'
            else channelled.tone
        end as tone,
        channelled.needs_approval,
        channelled.asked_amounts,
        cast(channelled.asked_amount_reporting as decimal(18, 2)) as asked_amount_reporting,
        cast(channelled.invoice_count as bigint) as invoice_count
    from channelled
    cross join settings
)

select * from final
