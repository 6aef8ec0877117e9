{#- Paid subscriptions as openings and closings. -#}
{%- set quantities = {
    'mrr': 'mrr_amount',
    'subscription': '1',
    'interval_months': 'interval_months',
    'past_due_subscription': "status = 'past_due'",
} -%}
with spells as (select * from {{ ref('feat_subscription_spells') }}),

final as (
    {%- for measure, quantity in quantities.items() %}
    select
        customer_id,
        known_date,
        '{{ measure }}' as measure,
        cast({{ quantity }} as decimal(28, 10)) as delta
    from spells
    union all
    select
        customer_id,
        ended_date as known_date,
        '{{ measure }}' as measure,
        -cast({{ quantity }} as decimal(28, 10)) as delta
    from spells
    union all
    {%- endfor %}
    select
        customer_id,
        known_date,
        'price_rise' as measure,
        1 as delta
    from spells
    where is_price_rise
    union all
    select
        customer_id,
        known_date,
        'price_cut' as measure,
        1 as delta
    from spells
    where is_price_cut
)

select * from final
