with latest as (
    {{
        latest_versions(
            source('raw_files', 'invoice_due_dates'),
            key=['invoice_id', 'instalment_no', 'valid_from'],
            effective_date='valid_from',
            identity=['invoice_id', 'instalment_no', 'due_date', 'amount', 'valid_from']
        )
    }}
),

final as (
    select
        invoice_id,
        instalment_no,
        due_date,
        amount,
        valid_from,
        recorded_at,
        known_since
    from latest
)

select * from final
