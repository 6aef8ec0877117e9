{#- Rows set aside, with the money they state. A row is read as its source writes numbers; where the amount
    or the currency is what is wrong with it, nobody knows how much it is. -#}
with current_loads as (select * from {{ ref('int_current_loads') }}),

corrections as (select * from {{ source('audit', 'corrections') }}),

faults as (
    {%- for source_name in var("sources") %}
    select
        source as source_name,
        entity,
        load_id,
        md5(cast(raw_row as varchar)) as row_id,
        column_name,
        raw_row,
        form,
        {{ lands_entities(source_name) }} as is_of_contract
    from {{ source('raw_' ~ source_name, '_quarantine') }}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor %}
),

-- A bad row of two windows is one row.
bad_rows as (
    select
        faults.source_name,
        faults.entity,
        faults.row_id,
        bool_or(corrections.row_id is not null) as is_dealt_with,
        bool_or(coalesce(faults.column_name in ('amount', 'gross_amount'), true)) as is_amount_bad,
        bool_or(coalesce(faults.column_name = 'currency', true)) as is_currency_bad,
        any_value(faults.raw_row) as raw_row,
        any_value(faults.form) as form,
        any_value(faults.is_of_contract) as is_of_contract
    from faults
    semi join current_loads
        on
            faults.source_name = current_loads.source_name
            and faults.entity = current_loads.entity
            and faults.load_id = current_loads.load_id
    left join corrections
        on
            faults.source_name = corrections.source
            and faults.entity = corrections.entity
            and faults.row_id = corrections.row_id
    group by faults.source_name, faults.entity, faults.row_id
),

written as (
    select
        source_name,
        entity,
        row_id,
        is_dealt_with,
        case
            when is_of_contract and not is_currency_bad then json_extract_string(raw_row, '$.currency')
        end as currency,
        case
            when is_amount_bad or not is_of_contract then null
            when entity in ('invoices', 'credit_notes') then json_extract_string(raw_row, '$.gross_amount')
            when entity = 'payments' then json_extract_string(raw_row, '$.amount')
        end as amount_text,
        coalesce(json_extract_string(form, '$.thousands'), '') as thousands,
        coalesce(json_extract_string(form, '$.decimal'), '.') as decimal_mark
    from bad_rows
),

final as (
    select
        source_name,
        entity,
        row_id,
        is_dealt_with,
        currency,
        case
            when regexp_full_match(
                replace(translate(amount_text, thousands, ''), decimal_mark, '.'), '[+-]?\d{1,15}(\.\d{1,2}0*)?'
            )
                then cast(replace(translate(amount_text, thousands, ''), decimal_mark, '.') as decimal(18, 2))
        end as amount
    from written
)

select * from final
