with latest as (
    {{
        latest_versions(
            source('raw_files', 'contacts'),
            key=['contact_id'],
            effective_date='null',
            identity=['contact_id']
        )
    }}
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
        recorded_at,
        known_since
    from latest
)

select * from final
