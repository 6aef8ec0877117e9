{{ config(tags=['after_scoring']) }}

{#- What stands in the way of a right closing figure blocks; what a person should look at before does not. -#}
{%- set items = [
    ('reconciliation_difference', true), ('quarantined_ledger_row', true), ('missing_exchange_rate', true),
    ('unmatched_settlement', true), ('ledger_difference', true), ('stale_exchange_rate', true),
    ('stale_source', true), ('unapplied_cash', true), ('unapplied_credit_note', true),
    ('not_reconciled', false), ('quarantined_other_row', false), ('other_suspense', false),
    ('identity_in_doubt', false), ('customer_without_record', false), ('invoice_without_due_date', false),
    ('customer_in_credit', false), ('old_dispute', false), ('broken_promise', false),
    ('unverified_late_payment_rate', false)
] -%}
with data_items as (select * from {{ ref('int_close_data_items') }}),

balance_items as (select * from {{ ref('int_close_balance_items') }}),

late_payment_periods as (select * from {{ ref('int_late_payment_periods') }}),

unverified_rates as (
    select
        'unverified_late_payment_rate' as item,
        count(distinct rate_semester) as record_count,
        cast(null as decimal(18, 2)) as amount_reporting
    from late_payment_periods
    where not is_rate_verified
    having count(distinct rate_semester) > 0
),

listed as (
    {%- for item, is_blocking in items %}
    select {{ loop.index }} as position_no, '{{ item }}' as item, {{ is_blocking }} as is_blocking
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

counted as (
    select item, record_count, amount_reporting from data_items
    union all
    select item, record_count, amount_reporting from balance_items
    union all
    select item, record_count, amount_reporting from unverified_rates
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        cast(listed.position_no as integer) as position_no,
        listed.item,
        listed.is_blocking,
        {{ reporting_currency() }} as reporting_currency,
        cast(coalesce(counted.record_count, 0) as bigint) as record_count,
        -- Nothing found is nought; found and without a known value is null.
        case
            when counted.item is null then cast(0 as decimal(18, 2))
            else counted.amount_reporting
        end as amount_reporting
    from listed
    left join counted on listed.item = counted.item
)

select * from final
