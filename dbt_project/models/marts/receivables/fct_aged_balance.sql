{%- set buckets = ['not_due', 'd1_30', 'd31_60', 'd61_90', 'd90_plus'] -%}
{%- set unapplied = ['unapplied_cash', 'unapplied_credit_notes', 'prepayments'] -%}
with open_items as (select * from {{ ref('fct_open_items') }}),

unapplied_balances as (select * from {{ ref('int_unapplied_balances') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

buckets as (
    select
        as_of_date,
        customer_id,
        currency,
        {%- for bucket in buckets %}
        sum(open_amount) filter (where aging_bucket = '{{ bucket }}') as {{ bucket }}_amount,
        sum(open_amount_reporting) filter (where aging_bucket = '{{ bucket }}') as {{ bucket }}_amount_reporting,
        {%- endfor %}
        sum(open_amount) as open_invoices_amount,
        sum(open_amount_reporting) as open_invoices_amount_reporting,
        sum(disputed_amount) as disputed_amount,
        sum(disputed_amount_reporting) as disputed_amount_reporting
    from open_items
    group by as_of_date, customer_id, currency
),

unapplied_dated as (
    select
        customer_id,
        currency,
        unapplied_kind,
        unapplied_amount,
        unnest({{ as_of_dates_within('valid_from', 'valid_to') }}) as as_of_date
    from unapplied_balances
    where unapplied_amount <> 0 and valid_from <= {{ as_of_date() }}
),

credits as (
    select
        as_of_date,
        customer_id,
        currency,
        {%- for kind in unapplied %}
        sum(unapplied_amount) filter (where unapplied_kind = '{{ kind }}')
            as {{ kind }}_amount{{ "," if not loop.last }}
        {%- endfor %}
    from unapplied_dated
    group by as_of_date, customer_id, currency
),

converted_credits as (
    select
        credits.*,
        {%- for kind in unapplied %}
        {{ money('credits.' ~ kind ~ '_amount * rates.rate') }} as {{ kind }}_amount_reporting{{ "," if not loop.last }}
        {%- endfor %}
    from credits
    inner join rates on credits.currency = rates.from_currency and credits.as_of_date = rates.rate_date
),

-- Nothing open is 0, not unknown.
joined as (
    select
        coalesce(buckets.as_of_date, converted_credits.as_of_date) as as_of_date,
        coalesce(buckets.customer_id, converted_credits.customer_id) as customer_id,
        coalesce(buckets.currency, converted_credits.currency) as currency,
        {%- for suffix in ['_amount', '_amount_reporting'] %}
        {%- for column in buckets + ['open_invoices', 'disputed'] %}
        cast(coalesce(buckets.{{ column ~ suffix }}, 0) as decimal(18, 2)) as {{ column ~ suffix }},
        {%- endfor %}
        {%- set outer_loop = loop %}
        {%- for column in unapplied %}
        cast(coalesce(converted_credits.{{ column ~ suffix }}, 0) as decimal(18, 2)) as {{ column ~ suffix }}
        {{- "," if not (loop.last and outer_loop.last) }}
        {%- endfor %}
        {%- endfor %}
    from buckets
    full outer join converted_credits
        on
            buckets.as_of_date = converted_credits.as_of_date
            and buckets.customer_id = converted_credits.customer_id
            and buckets.currency = converted_credits.currency
),

final as (
    select
        as_of_date,
        customer_id,
        currency,
        {{ reporting_currency() }} as reporting_currency,
        {%- for suffix in ['_amount', '_amount_reporting'] %}
        {%- for column in buckets + ['open_invoices'] %}
        {{ column ~ suffix }},
        {%- endfor %}
        cast(open_invoices{{ suffix }} - not_due{{ suffix }} as decimal(18, 2)) as past_due{{ suffix }},
        disputed{{ suffix }},
        {%- for column in unapplied %}
        {{ column ~ suffix }},
        {%- endfor %}
        cast(
            open_invoices{{ suffix }} - unapplied_cash{{ suffix }} - unapplied_credit_notes{{ suffix }}
            as decimal(18, 2)
        ) as ar_net{{ suffix }}{{ "," if not loop.last }}
        {%- endfor %}
    from joined
)

select * from final
