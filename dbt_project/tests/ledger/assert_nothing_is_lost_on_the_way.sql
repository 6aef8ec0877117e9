-- What is in raw (latest versions) is in the canonical ledger or in suspense, to the cent, by currency and day.
{% set entities = [
    ('invoices', 'gross_amount', 'invoice_date'), ('payments', 'amount', 'payment_date'),
    ('credit_notes', 'gross_amount', 'credit_date'),
] %}
with suspense as (select * from {{ ref('int_suspense_items') }}),

staged as (
    {%- for entity, amount, day in entities %}
    select
        '{{ entity }}' as entity,
        currency,
        {{ day }} as effective_date,
        count(*) as records,
        sum({{ amount }}) as amount
    from ({{ staged(entity) }})
    group by currency, {{ day }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

kept as (
    {%- for entity, amount, day in entities %}
    select '{{ entity }}' as entity, currency, {{ day }} as effective_date, {{ amount }} as amount
    from {{ ref('int_' ~ entity ~ '_unioned') }}
    union all
    {%- endfor %}
    select
        entity,
        currency,
        effective_date,
        amount
    from suspense
    where reason = 'missing_exchange_rate' and entity <> 'subscription_versions'
),

totals as (
    select entity, currency, effective_date, count(*) as records, sum(amount) as amount
    from kept
    group by entity, currency, effective_date
)

select staged.entity, staged.currency, staged.effective_date
from staged
full outer join totals
    on
        staged.entity = totals.entity
        and staged.currency = totals.currency
        and staged.effective_date = totals.effective_date
where staged.records is distinct from totals.records or staged.amount is distinct from totals.amount
