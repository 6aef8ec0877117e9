{#- Control totals, to the cent. Each row holds two ways to one amount against each other; a way that cannot be
    gone is null and says why, never a difference of nought. -#}
{%- set marts = {
    'fct_open_items': 'open_amount_reporting', 'fct_aged_balance': 'open_invoices_amount_reporting',
    'fct_receivables_by_currency': 'open_invoices_amount_reporting', 'fct_dso': 'open_invoices_amount_reporting',
    'fct_expected_credit_loss': 'exposure_amount_reporting', 'fct_customer_360': 'open_amount_reporting',
} -%}
with records as (select * from {{ ref('int_records_reconciled') }}),

ledger_movements as (select * from {{ ref('int_ledger_movements') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

roll_forward as (select * from {{ ref('fct_ar_roll_forward') }}),

positions as (select * from {{ ref('fct_receivables_position') }}),

balances as (
    select currency, sum(ar_net_amount - prepayments_amount) as amount
    from aged_balance
    where as_of_date = {{ as_of_date() }}
    group by currency
),

compared as (
    select
        'records' as control,
        source_name,
        entity,
        currency,
        case when lands_entities and has_records then arrived_amount - replaced_amount end as expected_amount,
        case when has_records then ledger_amount + suspense_amount end as found_amount,
        case
            when not has_records then 'only_set_aside'
            when not lands_entities then 'vendor_objects'
        end as not_compared_reason
    from records
    union all
    select
        'read_records' as control,
        source_name,
        entity,
        currency,
        staged_amount as expected_amount,
        ledger_amount + suspense_amount as found_amount,
        null as not_compared_reason
    from records
    where has_records and not lands_entities
    union all
    select
        'balance' as control,
        'ledger' as source_name,
        'ar_net' as entity,
        coalesce(ledger_movements.currency, balances.currency) as currency,
        coalesce(ledger_movements.amount, 0) as expected_amount,
        coalesce(balances.amount, 0) as found_amount,
        null as not_compared_reason
    from ledger_movements
    full outer join balances on ledger_movements.currency = balances.currency
    union all
    select
        'roll_forward' as control,
        'ledger' as source_name,
        'ar_net' as entity,
        currency,
        opening_ar_net_amount
        + invoices_amount
        - credit_notes_amount
        - cash_amount
        - prepayments_applied_amount
        - net_write_offs_amount as expected_amount,
        closing_ar_net_amount as found_amount,
        null as not_compared_reason
    from roll_forward
    where as_of_date = {{ as_of_date() }}
    {%- for mart, column in marts.items() %}
    union all
    select
        'open_balance' as control,
        'marts' as source_name,
        '{{ mart }}' as entity,
        {{ reporting_currency() }} as currency,
        open_invoices_amount_reporting as expected_amount,
        coalesce((
            select sum({{ column }}) from {{ ref(mart) }}
            where as_of_date = {{ as_of_date() }}
        ), 0) as found_amount,
        null as not_compared_reason
    from positions
    where as_of_date = {{ as_of_date() }}
    {%- endfor %}
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        compared.control,
        compared.source_name,
        compared.entity,
        compared.currency,
        cast(compared.expected_amount as decimal(18, 2)) as expected_amount,
        cast(compared.found_amount as decimal(18, 2)) as found_amount,
        cast(compared.expected_amount - compared.found_amount as decimal(18, 2)) as difference_amount,
        compared.not_compared_reason is null as is_compared,
        compared.not_compared_reason,
        cast(case when records.lands_entities then records.arrived_amount end as decimal(18, 2)) as arrived_amount,
        cast(case when records.lands_entities then records.replaced_amount end as decimal(18, 2)) as replaced_amount,
        records.suspense_count,
        cast(records.suspense_amount as decimal(18, 2)) as suspense_amount,
        records.ledger_count,
        cast(records.ledger_amount as decimal(18, 2)) as ledger_amount,
        records.quarantined_count,
        records.quarantined_unread_count,
        cast(records.quarantined_amount as decimal(18, 2)) as quarantined_amount
    from compared
    left join records
        on
            compared.control = 'records'
            and compared.source_name = records.source_name
            and compared.entity = records.entity
            and compared.currency = records.currency
)

select * from final
