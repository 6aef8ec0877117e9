with raw as (select * from {{ source('raw_files', 'contacts') }}),

versions as (
    select
        contact_id,
        customer_id,
        contact_name,
        role,
        email,
        phone,
        language,
        preferred_channel,
        is_opted_out,
        {{ recorded_at('null') }} as recorded_at,
        {{ version_rank(['contact_id']) }} as version_rank
    from raw
),

final as (
    select
        contact_id,
        customer_id,
        contact_name,
        role,
        email,
        phone,
        language,
        preferred_channel,
        is_opted_out,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
