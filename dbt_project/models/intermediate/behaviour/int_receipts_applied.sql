{#- The as-of dates on which a receipt is one of the receipts of three months, for each customer it paid. -#}
with slices as (select * from {{ ref('int_application_slices') }}),

-- It counts until it leaves the window or the last of what it paid is taken back.
final as (
    select
        payment_id,
        customer_id,
        {{ first_as_of_date('min(valid_from)') }} as first_as_of_date,
        {{ first_as_of_date('least(max(valid_to), ' ~ end_of_window('any_value(payment_date)', 3) ~ ')') }}
            as end_as_of_date
    from slices
    where settled_by = 'cash'
    group by payment_id, customer_id
)

select * from final
where first_as_of_date < end_as_of_date
