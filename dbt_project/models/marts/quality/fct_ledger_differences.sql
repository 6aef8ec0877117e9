with differences as (select * from {{ ref('int_ledger_differences') }}),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        entity,
        record_id,
        reason,
        customer_id,
        effective_date,
        currency,
        difference_amount
    from differences
)

select * from final
