with latest as (
    {{
        latest_versions(
            source('raw_files', 'promises'),
            key=['promise_id'],
            effective_date='made_date',
            identity=['promise_id', 'invoice_id', 'made_date', 'promised_date', 'amount']
        )
    }}
),

final as (
    select
        promise_id,
        invoice_id,
        made_date,
        promised_date,
        amount,
        cancelled_date,
        recorded_at,
        known_since
    from latest
)

select * from final
