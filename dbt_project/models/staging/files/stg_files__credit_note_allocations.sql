with latest as (
    {{
        latest_versions(
            source('raw_files', 'credit_note_allocations'),
            key=['credit_note_id', 'invoice_id', 'allocation_date'],
            effective_date='allocation_date',
            identity=['credit_note_id', 'invoice_id', 'allocation_date', 'amount']
        )
    }}
),

final as (
    select
        credit_note_id,
        invoice_id,
        allocation_date,
        amount,
        recorded_at,
        known_since
    from latest
)

select * from final
