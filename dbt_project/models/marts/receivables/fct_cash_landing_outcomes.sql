{#- What each past month was forecast to bring on its first morning, beside what it brought. A forecast that
    was issued that morning counts; where none was, the one remade from what was known then does. -#}
{{ config(tags=['after_scoring']) }}

with issued as (select * from {{ source('ml', 'landing_forecasts') }}),

remade as (select * from {{ source('ml', 'landing_months') }}),

cash_received as (select * from {{ ref('int_cash_received') }}),

forecasts as (
    select
        as_of_date as month_start_date,
        line,
        true as is_issued,
        p10_amount,
        p50_amount,
        p90_amount,
        expected_amount,
        method,
        is_calibrated
    from issued
    where horizon = 'month_end' and day(as_of_date) = 1 and as_of_date < {{ as_of_date() }}
    union all
    select
        month_start_date,
        line,
        false as is_issued,
        p10_amount,
        p50_amount,
        p90_amount,
        expected_amount,
        method,
        is_calibrated
    from remade
    where as_of_date = {{ as_of_date() }}
),

months as (
    select *
    from forecasts
    where last_day(month_start_date) < {{ as_of_date() }}
    qualify max(is_issued) over (partition by month_start_date) = is_issued
),

-- By currency, so that a month adds up to what the ledger's flows round.
by_line as (
    select
        cast(date_trunc('month', cash_date) as date) as month_start_date,
        currency,
        {{ money('sum(amount_reporting)') }} as total,
        {%- for line, is_of_line in [
            ('open_invoices', "invoice_known_date < date_trunc('month', cash_date)"),
            ('contracted_invoices', "invoice_known_date >= date_trunc('month', cash_date)"
                ~ " and contracted_since_date < date_trunc('month', cash_date)"),
        ] %}
        {{ money('coalesce(sum(amount_reporting) filter (where ' ~ is_of_line ~ '), 0)') }} as {{ line }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from cash_received
    group by month_start_date, currency
),

landed as (
    {%- for line, amount in [
        ('total', 'total'), ('open_invoices', 'open_invoices'), ('contracted_invoices', 'contracted_invoices'),
        ('new_business', 'total - open_invoices - contracted_invoices')
    ] %}
    select
        month_start_date,
        '{{ line }}' as line,
        sum({{ amount }}) as amount
    from by_line
    group by month_start_date
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        months.month_start_date,
        months.line,
        {{ reporting_currency() }} as reporting_currency,
        months.is_issued,
        {%- for level in ['p10', 'p50', 'p90', 'expected'] %}
        {{ money('months.' ~ level ~ '_amount') }} as {{ level }}_amount_reporting,
        {%- endfor %}
        {{ money('coalesce(landed.amount, 0)') }} as landed_amount_reporting,
        {{ money('coalesce(landed.amount, 0) - months.p50_amount') }} as error_amount_reporting,
        {{ money('before.amount') }} as naive_amount_reporting,
        {{ money('coalesce(landed.amount, 0) - before.amount') }} as naive_error_amount_reporting,
        coalesce(landed.amount, 0) between months.p10_amount and months.p90_amount as is_in_interval,
        months.method,
        months.is_calibrated
    from months
    left join landed on months.month_start_date = landed.month_start_date and months.line = landed.line
    left join landed as before
        on months.month_start_date = before.month_start_date + interval 1 month and months.line = before.line
)

select * from final
