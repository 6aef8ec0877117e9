-- An overridden hold that defers money, names no override, or is of a kind that nobody may override.
with holds as (select * from {{ ref('fct_holds') }})

select
    as_of_date,
    customer_id,
    hold_reason,
    source_record_id
from holds
where
    is_overridden
    and (
        deferred_amount_reporting <> 0
        or attributed_amount_reporting <> 0
        or release_id is null
        or hold_reason in ('opt_out', 'insolvency', 'unknown_delivery')
    )
