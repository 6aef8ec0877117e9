-- What is in raw (latest versions) is in the canonical ledger or in suspense, to the cent, by currency.
{% set entities = [('invoices', 'gross_amount'), ('payments', 'amount'), ('credit_notes', 'gross_amount')] %}
with suspense as (select * from {{ ref('int_suspense_items') }}),

staged as (
    {%- for entity, amount in entities %}
    select '{{ entity }}' as entity, currency, count(*) as records, sum({{ amount }}) as amount
    from ({{ staged(entity) }})
    group by currency
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

kept as (
    {%- for entity, amount in entities %}
    select '{{ entity }}' as entity, currency, {{ amount }} as amount from {{ ref('int_' ~ entity ~ '_unioned') }}
    union all
    {%- endfor %}
    select
        entity,
        currency,
        amount
    from suspense
    where reason = 'missing_exchange_rate' and entity <> 'subscription_versions'
),

totals as (
    select entity, currency, count(*) as records, sum(amount) as amount
    from kept
    group by entity, currency
)

select staged.entity, staged.currency
from staged
full outer join totals on staged.entity = totals.entity and staged.currency = totals.currency
where staged.records is distinct from totals.records or staged.amount is distinct from totals.amount
