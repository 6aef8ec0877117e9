with next_steps as (select * from {{ ref('int_next_steps') }}),

invoice_holds as (select * from {{ ref('int_invoice_holds') }}),

messages as (select * from {{ ref('int_proposed_messages') }}),

proposed_lines as (select * from {{ ref('int_proposed_lines') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

last_steps as (
    select
        scenario,
        max(step_no) as step_no
    from steps
    group by scenario
),

-- After the last step of its scenario an invoice is weighed as if that were taken again.
waiting as (
    select
        next_steps.customer_id,
        next_steps.invoice_id,
        segments.scenario,
        coalesce(next_steps.step_no, last_steps.step_no) as step_no,
        next_steps.step_date,
        next_steps.is_step_due,
        next_steps.is_askable,
        invoice_holds.held_invoice_id is not null as is_held
    from next_steps
    inner join segments on next_steps.customer_id = segments.customer_id
    inner join last_steps on segments.scenario = last_steps.scenario
    left join invoice_holds
        on next_steps.invoice_id = invoice_holds.held_invoice_id and invoice_holds.is_deciding
    anti join messages on next_steps.customer_id = messages.customer_id
),

-- What is not held speaks for the customer: the highest step due (a quiet day keeps it), else the next one.
chosen as (
    select
        customer_id,
        scenario,
        step_no,
        is_held
    from waiting
    qualify row_number() over (
        partition by customer_id
        order by
            is_held asc,
            is_step_due desc,
            case when is_step_due then step_no end desc,
            step_date asc nulls last,
            step_no desc,
            invoice_id asc
    ) = 1
),

-- Its message would ask for what is past due, and before that for what is expected late.
waiting_lines as (
    select
        waiting.customer_id,
        waiting.invoice_id
    from waiting
    inner join chosen on waiting.customer_id = chosen.customer_id and waiting.is_held = chosen.is_held
    qualify waiting.is_askable or not bool_or(waiting.is_askable) over (partition by waiting.customer_id)
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        messages.customer_id,
        messages.step,
        messages.channel,
        messages.tone,
        true as is_proposed,
        list(proposed_lines.invoice_id order by proposed_lines.invoice_id) as invoice_ids
    from messages
    inner join proposed_lines on messages.customer_id = proposed_lines.customer_id
    group by messages.customer_id, messages.step, messages.channel, messages.tone
    union all
    select
        {{ as_of_date() }} as as_of_date,
        chosen.customer_id,
        steps.step,
        steps.channel,
        steps.tone,
        false as is_proposed,
        list(waiting_lines.invoice_id order by waiting_lines.invoice_id) as invoice_ids
    from chosen
    inner join steps on chosen.scenario = steps.scenario and chosen.step_no = steps.step_no
    inner join waiting_lines on chosen.customer_id = waiting_lines.customer_id
    group by chosen.customer_id, steps.step, steps.channel, steps.tone
)

select * from final
