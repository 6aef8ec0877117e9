{#- Late-payment interest and the fixed fee, as `[late_payment]` of the configuration wants them. -#}

{#- One setting of the table; null where nothing is charged. -#}
{% macro late_payment(name) -%}
    {{ return((var("late_payment") or {}).get(name)) }}
{%- endmacro %}


{#- A list of texts of the configuration. Quotes are doubled: an id is data, never SQL. -#}
{% macro late_payment_list(name) -%}
    from_json('{{ tojson(late_payment(name) or []) | replace("'", "''") }}', '["VARCHAR"]')
{%- endmacro %}


{#- Whether a customer is charged: of a named country and segment, and not excluded. -#}
{% macro is_charged(customer) -%}
    {%- if late_payment('regime') is none -%}
    false
    {%- else -%}
    list_contains({{ late_payment_list('countries') }}, {{ customer }}.country)
        {%- if late_payment('segments') %}
        and list_contains({{ late_payment_list('segments') }}, {{ customer }}.segment)
        {%- endif %}
        and not coalesce(list_contains({{ late_payment_list('excluded_segments') }}, {{ customer }}.segment), false)
        and not list_contains({{ late_payment_list('excluded_customer_ids') }}, {{ customer }}.customer_id)
    {%- endif -%}
{%- endmacro %}


{#- The half-years of the configuration, one row each. French law also bounds a contract's rate. -#}
{% macro entered_rates() -%}
    {%- set regime = late_payment('regime') -%}
    {%- for rate in late_payment('rates') or [] %}
    select
        '{{ 'fr_b2b' if regime == 'contract' else regime }}' as regime,
        '{{ rate.semester }}' as semester,
        {%- for name in ['reference_rate', 'legal_rate'] %}
        cast({{ 'null' if rate[name] is none else rate[name] }} as decimal(9, 6)) as {{ name }},
        {%- endfor %}
        '{{ rate.source | replace("'", "''") }}' as source,
        {{ rate.verified }} as is_verified
    {{ "union all" if not loop.last }}
    {%- else %}
    select
        cast(null as varchar) as regime,
        cast(null as varchar) as semester,
        cast(null as decimal(9, 6)) as reference_rate,
        cast(null as decimal(9, 6)) as legal_rate,
        cast(null as varchar) as source,
        cast(null as boolean) as is_verified
    where false
    {%- endfor %}
{%- endmacro %}


{#- Cents of simple interest, half up, from a sum of cents x millionths a year x days: whole numbers all the
    way, as a double would lose the half cent. A year has 365 days. Currencies without a minor unit have
    no cents. -#}
{% macro interest_cents(cent_millionth_days, currency) -%}
    (2 * {{ cent_millionth_days }} + 365000000 * {{ cents_of_unit(currency) }})
    // (730000000 * {{ cents_of_unit(currency) }}) * {{ cents_of_unit(currency) }}
{%- endmacro %}


{#- Cents in the smallest unit of a currency: ISO 4217 gives these no decimals. Amounts carry two at most. -#}
{% macro cents_of_unit(currency) -%}
    if(
        {{ currency }} in (
            'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF',
            'XPF'
        ),
        cast(100 as bigint),
        cast(1 as bigint)
    )
{%- endmacro %}


{#- The fixed fee of an invoice paid late, in the law's own currency; null where none is asked for, and where
    its amount depends on a debt in another currency. -#}
{% macro fixed_fee(regime, currency, principal_amount) -%}
    {%- if late_payment('fixed_fee') -%}
    case
        when {{ regime }} <> 'uk' then 40
        when {{ currency }} <> 'GBP' then null
        when {{ principal_amount }} < 1000 then 40
        when {{ principal_amount }} < 10000 then 70
        else 100
    end
    {%- else -%}
    null
    {%- endif -%}
{%- endmacro %}
