with latest as (
    {{
        latest_versions(
            source('raw_files', 'credit_notes'),
            key=['credit_note_id'],
            effective_date='credit_date',
            identity=['credit_note_id', 'customer_id', 'credit_date', 'currency', 'gross_amount']
        )
    }}
),

final as (
    select
        credit_note_id,
        customer_id,
        credit_date,
        currency,
        gross_amount,
        net_amount,
        tax_amount,
        recorded_at,
        known_since
    from latest
)

select * from final
