with decisions as (select * from {{ ref('int_account_decisions') }}),

message_lines as (select * from {{ ref('int_message_lines') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

contacts as (select * from {{ ref('int_contacts_chosen') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

amounts_by_currency as (
    select
        customer_id,
        currency,
        sum(asked_amount) as asked_amount,
        sum(asked_amount_reporting) as asked_amount_reporting,
        count(*) as invoice_count
    from message_lines
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

-- A step whose channel reaches nobody takes the other one where that reaches somebody; a call or
-- letter that would ask for less than the step's minimum goes by e-mail.
channelled as (
    select
        decisions.customer_id,
        case
            when steps.channel = 'email' and contacts.email is null and contacts.phone is not null then 'call'
            when
                contacts.email is not null
                and (
                    (steps.channel = 'call' and contacts.phone is null)
                    or amounts.asked_amount_reporting < steps.minimum_amount
                )
                then 'email'
            else steps.channel
        end as channel
    from decisions
    left join steps on decisions.step_no = steps.step_no
    left join contacts on decisions.customer_id = contacts.customer_id
    left join amounts on decisions.customer_id = amounts.customer_id
),

addressed as (
    select
        decisions.as_of_date,
        decisions.customer_id,
        customer_360.customer_name,
        customer_360.country,
        customer_360.account_owner,
        decisions.decision,
        decisions.decision_reason,
        decisions.next_step_date,
        decisions.hold_reason,
        decisions.hold_until_date,
        decisions.deferred_amount_reporting,
        cast(steps.step_no as integer) as step_no,
        steps.step,
        steps.channel as step_channel,
        channelled.channel,
        case
            when channelled.channel = steps.channel then steps.template
            when channelled.channel = 'email' then settings.fallback_email_template
            when channelled.channel = 'call' then settings.fallback_call_template
        end as template,
        steps.tone,
        steps.needs_approval,
        case when channelled.channel = 'call' then contacts.phone_contact_id else contacts.email_contact_id end
            as contact_id,
        case when channelled.channel = 'call' then contacts.phone_contact_name else contacts.email_contact_name end
            as contact_name,
        coalesce(
            case when channelled.channel = 'call' then contacts.phone_language else contacts.email_language end,
            lower(left(customer_360.language, 2)),
            case when customer_360.country = 'FR' then 'fr' end
        ) as requested_language,
        contacts.email as contact_email,
        contacts.phone as contact_phone
    from decisions
    inner join customer_360 on decisions.customer_id = customer_360.customer_id
    inner join channelled on decisions.customer_id = channelled.customer_id
    left join steps on decisions.step_no = steps.step_no
    left join contacts on decisions.customer_id = contacts.customer_id
    cross join settings
),

final as (
    select
        addressed.*,
        -- Templates exist in French and English; every other language is written in English.
        case when addressed.requested_language = 'fr' then 'fr' else 'en' end as language,
        {{ reporting_currency() }} as reporting_currency,
        coalesce(amounts.asked_amounts, '[]') as asked_amounts,
        cast(coalesce(amounts.asked_amount_reporting, 0) as decimal(18, 2)) as asked_amount_reporting,
        cast(coalesce(amounts.invoice_count, 0) as bigint) as invoice_count
    from addressed
    left join amounts on addressed.customer_id = amounts.customer_id
)

select * from final
