with raw as (select * from {{ source('raw_files', 'opportunities') }}),

final as (
    select
        opportunity_id,
        customer_id,
        kind,
        stage,
        amount,
        currency,
        opened_date,
        expected_close_date,
        closed_date,
        is_won,
        {{ recorded_at('opened_date') }} as recorded_at,
        {{ known_since('opened_date', ['opportunity_id', 'customer_id', 'kind', 'opened_date']) }} as known_since
    from raw
    qualify {{ version_rank(['opportunity_id']) }} = 1
)

select * from final
