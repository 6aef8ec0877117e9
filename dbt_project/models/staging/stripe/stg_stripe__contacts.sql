{#- The billing address of each living customer; Stripe knows no other person. -#}
with latest as (
    {{ latest_objects(source('raw_stripe', 'customers')) }}
),

final as (
    select
        object_id as contact_id,
        object_id as customer_id,
        {{ text_at('name') }} as contact_name,
        'accounts_payable' as role,
        {{ text_at('email') }} as email,
        {{ text_at('phone') }} as phone,
        {{ text_at('preferred_locales[0]') }} as language,
        cast(null as varchar) as preferred_channel,
        cast(null as boolean) as is_opted_out,
        {{ unix_at('created') }} as recorded_at,
        {{ unix_at('created') }} as known_since
    from latest
    where {{ text_at('email') }} is not null or {{ text_at('phone') }} is not null
)

select * from final
