with raw as (select * from {{ source('raw_files', 'opportunities') }}),

versions as (
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
        {{ version_rank(['opportunity_id']) }} as version_rank
    from raw
),

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
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
