{#- Invoices and payments move every few days of a company that invoices; the others may rest. -#}
{%- set dated = {
    'customers': 'created_date', 'contacts': 'cast(null as date)', 'invoices': 'invoice_date',
    'invoice_due_dates': 'valid_from', 'payments': 'payment_date', 'payment_allocations': 'allocation_date',
    'credit_notes': 'credit_date', 'credit_note_allocations': 'allocation_date', 'write_offs': 'write_off_date',
    'disputes': 'raised_date', 'promises': 'made_date', 'activities': 'activity_date',
    'subscription_versions': 'valid_from', 'opportunities': 'opened_date', 'tickets': 'cast(opened_at as date)',
    'fx_rates': 'rate_date',
} -%}
with records as (
    {%- for entity, day in dated.items() %}
    select
        source_name,
        '{{ entity }}' as entity,
        count(*) as record_count,
        count(*) filter (where {{ day }} > {{ as_of_date() }}) as later_record_count,
        max({{ day }}) filter (where {{ day }} <= {{ as_of_date() }}) as newest_record_date,
        max(known_date) filter (where known_date <= {{ as_of_date() }}) as newest_known_date
    from {{ ref('int_' ~ entity ~ '_unioned') }}
    group by source_name
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- A source of invoices owes payments too: none at all is the stalest there is.
owed as (
    select
        source_name,
        'payments' as entity,
        cast(0 as bigint) as record_count,
        cast(0 as bigint) as later_record_count,
        cast(null as date) as newest_record_date,
        cast(null as date) as newest_known_date
    from records
    where entity = 'invoices'
),

every_record as (
    select * from records
    union all by name
    select owed.*
    from owed
    anti join records on owed.source_name = records.source_name and owed.entity = records.entity
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        source_name,
        entity,
        record_count,
        later_record_count,
        newest_record_date,
        -- Where nobody says when a fact was recorded the first load counts as known for ever.
        nullif(newest_known_date, date '1900-01-01') as newest_known_date,
        cast({{ as_of_date() }} - newest_record_date as integer) as age_days,
        entity in ('invoices', 'payments') as must_be_fresh,
        cast({{ var("max_stale_days") }} as integer) as max_stale_days,
        entity in ('invoices', 'payments')
        and coalesce({{ as_of_date() }} - newest_record_date > {{ var("max_stale_days") }}, true) as is_stale
    from every_record
)

select * from final
