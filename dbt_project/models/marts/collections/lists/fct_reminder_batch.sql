with decisions as (select * from {{ ref('int_account_decisions') }}),

messages as (select * from {{ ref('int_proposed_messages') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

contacts as (select * from {{ ref('int_contacts_chosen') }}),

priorities as (select * from {{ ref('int_account_priorities') }}),

addressed as (
    select
        decisions.as_of_date,
        decisions.customer_id,
        customer_360.customer_name,
        customer_360.country,
        customer_360.account_owner,
        decisions.policy_segment,
        decisions.scenario,
        decisions.lane,
        decisions.decision,
        decisions.decision_reason,
        decisions.next_step_date,
        decisions.hold_reason,
        decisions.hold_until_date,
        decisions.deferred_amount_reporting,
        decisions.experiment_arm,
        priorities.cash_accelerated_amount,
        priorities.loss_avoided_amount,
        priorities.revenue_at_stake_amount,
        priorities.churn_cost_amount,
        priorities.contact_cost_amount,
        priorities.priority_amount,
        cast(messages.step_no as integer) as step_no,
        messages.step,
        messages.step_channel,
        messages.channel,
        messages.template,
        messages.tone,
        messages.needs_approval,
        case when messages.channel = 'call' then contacts.phone_contact_id else contacts.email_contact_id end
            as contact_id,
        case when messages.channel = 'call' then contacts.phone_contact_name else contacts.email_contact_name end
            as contact_name,
        coalesce(
            case when messages.channel = 'call' then contacts.phone_language else contacts.email_language end,
            lower(left(customer_360.language, 2)),
            case when customer_360.country = 'FR' then 'fr' end
        ) as requested_language,
        contacts.email as contact_email,
        contacts.phone as contact_phone,
        -- Only a letter needs it, so only a letter's row has it.
        case
            when messages.channel = 'letter'
                then nullif(trim(replace(customers.postal_address, ';', chr(10)), chr(10) || ' '), '')
        end as postal_address,
        coalesce(messages.asked_amounts, '[]') as asked_amounts,
        cast(coalesce(messages.asked_amount_reporting, 0) as decimal(18, 2)) as asked_amount_reporting,
        cast(coalesce(messages.invoice_count, 0) as bigint) as invoice_count
    from decisions
    inner join customer_360 on decisions.customer_id = customer_360.customer_id
    left join customers on decisions.customer_id = customers.customer_id
    left join messages on decisions.customer_id = messages.customer_id and decisions.decision = 'send'
    left join contacts on decisions.customer_id = contacts.customer_id
    left join priorities on decisions.customer_id = priorities.customer_id
),

final as (
    select
        addressed.*,
        -- Templates exist in French and English; every other language is written in English.
        case when addressed.requested_language = 'fr' then 'fr' else 'en' end as language,
        {{ reporting_currency() }} as reporting_currency
    from addressed
)

select * from final
