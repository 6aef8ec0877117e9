with disputes as (select * from {{ ref('base_stripe__disputes') }}),

final as (
    select
        dispute_id,
        invoice_id,
        cast(raised_at as date) as raised_date,
        cast(raised_at as date) as logged_date,
        cast(resolved_at as date) as resolved_date,
        amount,
        reason,
        outcome,
        coalesce(resolved_at, raised_at) as recorded_at,
        raised_at as known_since
    from disputes
)

select * from final
