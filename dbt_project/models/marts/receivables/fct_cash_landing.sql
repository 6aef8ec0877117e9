{{ config(tags=['after_scoring']) }}

with open_items as (select * from {{ ref('fct_open_items') }}),

predictions as (select * from {{ source('ml', 'invoice_predictions') }}),

scored as (
    select
        open_items.open_amount_reporting,
        predictions.p_paid_7d,
        predictions.p_paid_14d,
        predictions.p_paid_30d,
        predictions.p_paid_60d,
        predictions.p_paid_by_month_end
    from open_items
    left join predictions
        on open_items.as_of_date = predictions.as_of_date and open_items.invoice_id = predictions.invoice_id
    where open_items.as_of_date = {{ as_of_date() }} and open_items.open_amount > 0
),

horizons as (
    {%- for horizon, column, horizon_date in [
        ('7d', 'p_paid_7d', as_of_date() ~ ' + 7'), ('14d', 'p_paid_14d', as_of_date() ~ ' + 14'),
        ('30d', 'p_paid_30d', as_of_date() ~ ' + 30'), ('60d', 'p_paid_60d', as_of_date() ~ ' + 60'),
        ('month_end', 'p_paid_by_month_end', 'last_day(' ~ as_of_date() ~ ')')
    ] %}
    select
        '{{ horizon }}' as horizon,
        cast({{ horizon_date }} as date) as horizon_date,
        sum(open_amount_reporting) as open_amount_reporting,
        sum(open_amount_reporting) filter (where {{ column }} is not null) as scored_amount_reporting,
        -- Nothing more can come by an evening that has passed; of what is not scored nothing is known.
        sum(
            open_amount_reporting
            * case
                when {{ column }} is null then null
                when {{ horizon_date }} > {{ as_of_date() }} then cast({{ column }} as decimal(9, 6))
                else 0
            end
        ) as expected_amount_reporting
    from scored
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        horizon,
        horizon_date,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('coalesce(open_amount_reporting, 0)') }} as open_amount_reporting,
        {{ money('coalesce(scored_amount_reporting, 0)') }} as scored_amount_reporting,
        {{ money('expected_amount_reporting') }} as expected_amount_reporting
    from horizons
)

select * from final
