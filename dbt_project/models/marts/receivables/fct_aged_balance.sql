with open_items as (select * from {{ ref('fct_open_items') }}),

unapplied as (select * from {{ ref('int_unapplied_balances') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

buckets as (
    select
        as_of_date,
        customer_id,
        currency,
        {%- for bucket in ['not_due', 'd1_30', 'd31_60', 'd61_90', 'd90_plus'] %}
        coalesce(sum(open_amount) filter (where aging_bucket = '{{ bucket }}'), 0) as {{ bucket }}_amount,
        coalesce(sum(open_amount_reporting) filter (where aging_bucket = '{{ bucket }}'), 0)
            as {{ bucket }}_amount_reporting,
        {%- endfor %}
        sum(open_amount) as open_invoices_amount,
        sum(open_amount_reporting) as open_invoices_amount_reporting
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
    from unapplied
    where unapplied_amount <> 0 and valid_from <= {{ as_of_date() }}
),

credits as (
    select
        as_of_date,
        customer_id,
        currency,
        coalesce(sum(unapplied_amount) filter (where unapplied_kind = 'unapplied_cash'), 0) as unapplied_cash_amount,
        coalesce(sum(unapplied_amount) filter (where unapplied_kind = 'unapplied_credit_notes'), 0)
            as unapplied_credit_notes_amount,
        coalesce(sum(unapplied_amount) filter (where unapplied_kind = 'prepayments'), 0) as prepayments_amount
    from unapplied_dated
    group by as_of_date, customer_id, currency
),

joined as (
    select
        coalesce(buckets.as_of_date, credits.as_of_date) as as_of_date,
        coalesce(buckets.customer_id, credits.customer_id) as customer_id,
        coalesce(buckets.currency, credits.currency) as currency,
        {%- for column in ['not_due', 'd1_30', 'd31_60', 'd61_90', 'd90_plus', 'open_invoices'] %}
        coalesce(buckets.{{ column }}_amount, 0) as {{ column }}_amount,
        coalesce(buckets.{{ column }}_amount_reporting, 0) as {{ column }}_amount_reporting,
        {%- endfor %}
        coalesce(credits.unapplied_cash_amount, 0) as unapplied_cash_amount,
        coalesce(credits.unapplied_credit_notes_amount, 0) as unapplied_credit_notes_amount,
        coalesce(credits.prepayments_amount, 0) as prepayments_amount
    from buckets
    full outer join credits
        on
            buckets.as_of_date = credits.as_of_date
            and buckets.customer_id = credits.customer_id
            and buckets.currency = credits.currency
),

converted as (
    select
        joined.*,
        {%- for column in ['unapplied_cash', 'unapplied_credit_notes', 'prepayments'] %}
        {{ money('joined.' ~ column ~ '_amount * rates.rate') }} as {{ column }}_amount_reporting,
        {%- endfor %}
        rates.rate as closing_rate
    from joined
    asof inner join rates on joined.currency = rates.from_currency and joined.as_of_date >= rates.rate_date
)

select
    as_of_date,
    customer_id,
    currency,
    {{ reporting_currency() }} as reporting_currency,
    {%- for suffix in ['', '_reporting'] %}
    {%- for column in ['not_due', 'd1_30', 'd31_60', 'd61_90', 'd90_plus', 'open_invoices'] %}
    cast({{ column }}_amount{{ suffix }} as decimal(18, 2)) as {{ column }}_amount{{ suffix }},
    {%- endfor %}
    cast(open_invoices_amount{{ suffix }} - not_due_amount{{ suffix }} as decimal(18, 2))
        as past_due_amount{{ suffix }},
    {%- for column in ['unapplied_cash', 'unapplied_credit_notes', 'prepayments'] %}
    cast({{ column }}_amount{{ suffix }} as decimal(18, 2)) as {{ column }}_amount{{ suffix }},
    {%- endfor %}
    cast(
        open_invoices_amount{{ suffix }} - unapplied_cash_amount{{ suffix }} - unapplied_credit_notes_amount{{ suffix }}
        as decimal(18, 2)
    ) as ar_net_amount{{ suffix }}{{ "," if not loop.last }}
    {%- endfor %}
from converted
