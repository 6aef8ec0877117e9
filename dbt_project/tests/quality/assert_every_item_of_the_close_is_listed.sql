{{ config(tags=['after_scoring']) }}

-- What was found stands in the list of the close under its name: an item that the list does not name would be lost.
with found as (
    select item, record_count from {{ ref('int_close_data_items') }}
    union all
    select item, record_count from {{ ref('int_close_balance_items') }}
)

select found.item
from found
left join {{ ref('fct_close_readiness') }} as listed on found.item = listed.item
where listed.record_count is distinct from found.record_count
