with latest as (
    {{
        latest_versions(
            source('raw_files', 'write_offs'),
            key=['write_off_id'],
            effective_date='write_off_date',
            identity=['write_off_id', 'invoice_id', 'write_off_date', 'amount', 'kind']
        )
    }}
),

final as (
    select
        write_off_id,
        invoice_id,
        write_off_date,
        amount,
        kind,
        recorded_at,
        known_since
    from latest
)

select * from final
