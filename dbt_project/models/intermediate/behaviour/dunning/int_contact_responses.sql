{#- What came back within the response days of a contact, and from which day on that was known: cash counts
    by its payment date, once it is allocated. What followed a contact need not have followed from it. -#}
with contacts as (select * from {{ ref('int_dunning_contacts') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

promises as (select * from {{ ref('int_promises_unioned') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

events as (select * from {{ ref('int_receivable_events') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

answers as (
    select invoice_id, activity_date as answer_date
    from activities
    where direction = 'in' and invoice_id is not null
    union all
    select invoice_id, made_date as answer_date from promises
    union all
    select invoice_id, raised_date as answer_date from disputes
),

-- An answer that names only the customer answers for each of its invoices.
answers_of_customers as (
    select customer_id, activity_date as answer_date
    from activities
    where direction = 'in' and invoice_id is null
),

first_answers as (
    select
        contacts.activity_id,
        contacts.invoice_id,
        least(answers.answer_date, answers_of_customers.answer_date) as known_date
    from contacts
    asof left join answers
        on contacts.invoice_id = answers.invoice_id and contacts.contact_date <= answers.answer_date
    asof left join answers_of_customers
        on
            contacts.customer_id = answers_of_customers.customer_id
            and contacts.contact_date <= answers_of_customers.answer_date
    where
        least(answers.answer_date, answers_of_customers.answer_date)
        <= least(contacts.contact_date + {{ param('response_days') }}, {{ as_of_date() }})
),

cash as (
    select
        events.invoice_id,
        events.cash_date,
        events.effective_date,
        -events.amount * rates.rate as cash_reporting
    from events
    inner join rates on events.currency = rates.from_currency and events.rate_date = rates.rate_date
    where events.event_type = 'payment_allocation' and events.amount < 0
),

responses as (
    select
        activity_id,
        invoice_id,
        known_date,
        cast(0 as decimal(38, 14)) as cash_reporting
    from first_answers
    union all
    select
        contacts.activity_id,
        contacts.invoice_id,
        cash.effective_date as known_date,
        cash.cash_reporting
    from contacts
    inner join cash
        on
            contacts.invoice_id = cash.invoice_id
            and cash.cash_date >= contacts.contact_date
            and cash.cash_date <= contacts.contact_date + {{ param('response_days') }}
    where cash.effective_date <= {{ as_of_date() }}
),

final as (
    select
        activity_id,
        invoice_id,
        known_date,
        sum(cash_reporting) as cash_reporting,
        known_date = min(known_date) over (partition by activity_id, invoice_id) as is_first_known
    from responses
    group by activity_id, invoice_id, known_date
)

select * from final
