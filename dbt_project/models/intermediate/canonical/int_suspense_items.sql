with convertible as (select * from {{ ref('int_currencies_convertible') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

staged_money as (
    {%- for entity, key, dated, amount in [
        ('invoices', 'invoice_id', 'invoice_date', 'gross_amount'),
        ('payments', 'payment_id', 'payment_date', 'amount'),
        ('credit_notes', 'credit_note_id', 'credit_date', 'gross_amount'),
        ('subscription_versions', "subscription_id || '@' || valid_from", 'valid_from', 'amount'),
    ] %}
    select
        '{{ entity }}' as entity,
        {{ key }} as record_id,
        customer_id,
        {{ dated }} as effective_date,
        currency,
        {{ amount }} as amount,
        source_name
    from ({{ staged(entity) }})
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

without_rate as (
    select staged_money.*, 'missing_exchange_rate' as reason
    from staged_money
    left join convertible
        on
            staged_money.currency = convertible.currency
            and (
                staged_money.effective_date >= convertible.first_rate_date
                or staged_money.entity = 'subscription_versions'
            )
    where convertible.currency is null
),

settlements as (
    select
        'payment_allocations' as entity,
        allocation_id as record_id,
        payment_id as money_id,
        invoice_id,
        allocation_date as effective_date,
        amount,
        source_name
    from {{ ref('int_payment_allocations_unioned') }}
    union all
    select
        'credit_note_allocations' as entity,
        credit_note_id || '@' || invoice_id || '@' || allocation_date as record_id,
        credit_note_id as money_id,
        invoice_id,
        allocation_date as effective_date,
        amount,
        source_name
    from {{ ref('int_credit_note_allocations_unioned') }}
    union all
    select
        'write_offs' as entity,
        write_off_id as record_id,
        null as money_id,
        invoice_id,
        write_off_date as effective_date,
        amount,
        source_name
    from {{ ref('int_write_offs_unioned') }}
    {%- for entity, key, dated, amount in [
        ('invoice_due_dates', "invoice_id || '@' || instalment_no || '@' || valid_from", 'valid_from', 'amount'),
        ('disputes', 'dispute_id', 'raised_date', 'amount'), ('promises', 'promise_id', 'made_date', 'amount'),
    ] %}
    union all
    select
        '{{ entity }}' as entity,
        {{ key }} as record_id,
        null as money_id,
        invoice_id,
        {{ dated }} as effective_date,
        {{ amount }} as amount,
        source_name
    from {{ ref('int_' ~ entity ~ '_unioned') }}
    {%- endfor %}
    union all
    select
        'activities' as entity,
        activity_id as record_id,
        null as money_id,
        invoice_id,
        activity_date as effective_date,
        null as amount,
        source_name
    from {{ ref('int_activities_unioned') }}
    where customer_id is null
),

money as (
    select 'payment_allocations' as entity, payment_id as money_id, currency from payments
    union all
    select 'credit_note_allocations' as entity, credit_note_id as money_id, currency from credit_notes
),

-- A settlement counts only where its invoice and its money are both in the ledger, in one currency; a due
-- date, dispute or promise where its invoice is.
unsettleable as (
    select
        settlements.entity,
        settlements.record_id,
        invoices.customer_id,
        settlements.effective_date,
        coalesce(money.currency, invoices.currency) as currency,
        settlements.amount,
        settlements.source_name,
        case
            when invoices.invoice_id is null then 'unknown_invoice'
            when settlements.entity = 'payment_allocations' and money.money_id is null then 'unknown_payment'
            when settlements.entity = 'credit_note_allocations' and money.money_id is null then 'unknown_credit_note'
            when money.currency <> invoices.currency then 'currency_differs_from_invoice'
        end as reason
    from settlements
    left join invoices on settlements.invoice_id = invoices.invoice_id
    left join money on settlements.entity = money.entity and settlements.money_id = money.money_id
),

unlinked as ({{ unlinked_records() }}
),

final as (
    select entity, record_id, customer_id, effective_date, currency, amount, reason, source_name from without_rate
    union all
    select entity, record_id, customer_id, effective_date, currency, amount, reason, source_name from unlinked
    union all
    select entity, record_id, customer_id, effective_date, currency, amount, reason, source_name
    from unsettleable
    where reason is not null
)

select * from final
