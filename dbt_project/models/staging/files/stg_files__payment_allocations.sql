with latest as (
    {{
        latest_versions(
            source('raw_files', 'payment_allocations'),
            key=['allocation_id'],
            effective_date='allocation_date',
            identity=['allocation_id', 'payment_id', 'invoice_id', 'allocation_date', 'amount']
        )
    }}
),

final as (
    select
        allocation_id,
        payment_id,
        invoice_id,
        allocation_date,
        amount,
        recorded_at,
        known_since
    from latest
)

select * from final
