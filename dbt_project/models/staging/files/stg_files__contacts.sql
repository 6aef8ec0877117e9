with raw as (select * from {{ source('raw_files', 'contacts') }}),

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
        {{ recorded_at('null') }} as recorded_at,
        {{ known_since('null', ['contact_id']) }} as known_since
    from raw
    qualify {{ version_rank(['contact_id']) }} = 1
)

select * from final
