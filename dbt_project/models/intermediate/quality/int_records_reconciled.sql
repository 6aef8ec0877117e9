{#- Each way a record of money can go, side by side: what the manifest says arrived, what was replaced since,
    what staging holds, what the ledger holds, what waits for a rate, what was set aside. -#}
with replaced as (select * from {{ ref('int_replaced_amounts') }}),

suspense as (select * from {{ ref('int_suspense_items') }}),

quarantined as (select * from {{ ref('int_quarantined_rows') }}),

loads as (
    {%- for source_name in var("sources") %}
    select
        source as source_name,
        entity,
        amounts,
        unnest(json_keys(amounts)) as currency
    from {{ source('raw_' ~ source_name, '_manifest') }}
    where {{ lands_entities(source_name) }} and entity in ('invoices', 'payments', 'credit_notes')
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

parts as (
    select
        'arrived' as part,
        source_name,
        entity,
        currency,
        cast(null as bigint) as record_count,
        sum(cast(json_extract_string(amounts, currency) as decimal(38, 2))) as amount
    from loads
    group by source_name, entity, currency
    union all
    select 'replaced' as part, source_name, entity, currency, record_count, amount
    from replaced
    {%- for entity, column in money_entities().items() %}
    union all
    select
        'ledger' as part,
        source_name,
        '{{ entity }}' as entity,
        currency,
        count(*) as record_count,
        sum({{ column }}) as amount
    from {{ ref('int_' ~ entity ~ '_unioned') }}
    group by source_name, currency
    {%- if sources_landing_entities() | length < var("sources") | length %}
    union all
    select
        'staged' as part,
        source_name,
        '{{ entity }}' as entity,
        currency,
        count(*) as record_count,
        sum({{ column }}) as amount
    from ({{ staged(entity) }})
    group by source_name, currency
    {%- endif %}
    {%- endfor %}
    union all
    select 'suspense' as part, source_name, entity, currency, count(*) as record_count, sum(amount) as amount
    from suspense
    where reason = 'missing_exchange_rate' and entity in ('invoices', 'payments', 'credit_notes')
    group by source_name, entity, currency
),

set_aside as (
    select
        source_name,
        entity,
        coalesce(currency, 'unknown') as currency,
        count(*) as record_count,
        count(*) - count(amount) as unread_count,
        sum(amount) as amount
    from quarantined
    where not is_dealt_with and entity in ('invoices', 'payments', 'credit_notes')
    group by source_name, entity, coalesce(currency, 'unknown')
),

ways as (
    select
        source_name,
        entity,
        currency,
        {%- for part in ['arrived', 'replaced', 'staged', 'suspense', 'ledger'] %}
        sum(amount) filter (where part = '{{ part }}') as {{ part }}_amount,
        {%- endfor %}
        sum(record_count) filter (where part = 'suspense') as suspense_count,
        sum(record_count) filter (where part = 'ledger') as ledger_count
    from parts
    group by source_name, entity, currency
),

final as (
    select
        coalesce(ways.source_name, set_aside.source_name) as source_name,
        coalesce(ways.entity, set_aside.entity) as entity,
        coalesce(ways.currency, set_aside.currency) as currency,
        coalesce(ways.source_name, set_aside.source_name) in (
            '{{ sources_landing_entities() | join("', '") }}'
        ) as lands_entities,
        ways.source_name is not null as has_records,
        {%- for part in ['arrived', 'replaced', 'staged', 'suspense', 'ledger'] %}
        cast(coalesce(ways.{{ part }}_amount, 0) as decimal(38, 2)) as {{ part }}_amount,
        {%- endfor %}
        cast(coalesce(ways.suspense_count, 0) as bigint) as suspense_count,
        cast(coalesce(ways.ledger_count, 0) as bigint) as ledger_count,
        cast(coalesce(set_aside.record_count, 0) as bigint) as quarantined_count,
        cast(coalesce(set_aside.unread_count, 0) as bigint) as quarantined_unread_count,
        set_aside.amount as quarantined_amount
    from ways
    full outer join set_aside
        on
            ways.source_name = set_aside.source_name
            and ways.entity = set_aside.entity
            and ways.currency = set_aside.currency
)

select * from final
